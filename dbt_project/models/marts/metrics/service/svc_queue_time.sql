-- grain: one row per organisation (branch, county or bank); segment all
with

counted as (
    select
        branch_id,
        'all' as segment,
        wait_minutes as numerator,
        queue_count as denominator,
        case when unknown_wait_count > 0 then 'no_source:service_check.average_wait_minutes' end
            as reason_code
    from {{ ref('int_service_check') }}
),

{{ rolled_up('counted', ledgers=['service_check'], months='year') }}

{{ metric_rows('svc_queue_time', 'measured') }}
