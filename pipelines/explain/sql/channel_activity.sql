-- metrics: ebank_substitution_rate
-- loads: channel_activity@year
-- grain: one row per organisation, channel and month
select
    'all' as segment,
    'channel_activity' as ledger,
    activity.branch_id,
    activity.load_id,
    activity.row_no,
    activity.branch_id || '|' || activity.channel_code as row_key,
    case when activity.channel_code = 'counter' then 0 else activity.transaction_count end
        as numerator_part,
    activity.transaction_count as denominator_part,
    activity.channel_code,
    activity.data_date
from channel_activity_history as activity
cross join run.run_context as context
where
    list_contains($branches, activity.branch_id)
    and activity.month between strftime(context.year_start, '%Y-%m') and context.period
