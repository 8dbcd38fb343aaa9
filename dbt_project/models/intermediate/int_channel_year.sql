-- grain: one row per branch: transactions of the year to date, over the counter and in all
with

activity as (
    select * from {{ ref('channel_activity_history') }}
),

context as (
    select * from {{ source('run', 'run_context') }}
),

by_branch as (
    select
        activity.branch_id,
        sum(case when activity.channel_code = 'counter' then 0 else activity.transaction_count end)
            as electronic_count,
        sum(activity.transaction_count) as transaction_count
    from activity
    cross join context
    where activity.month between {{ month_of('context.year_start') }} and context.period
    group by activity.branch_id
)

select * from by_branch
