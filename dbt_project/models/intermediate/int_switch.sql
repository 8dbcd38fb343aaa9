-- grain: one row per organisation: the reading in force of the switches that most models need
with

chosen as (
    select * from {{ ref('int_switch_value') }}
),

reading as (
    select
        org_id,
        max(case when switch_name = 'archive_scope' then switch_value end) as archive_scope,
        max(case when switch_name = 'archive_denominator' then switch_value end)
            as archive_denominator,
        max(case when switch_name = 'coverage_mode' then switch_value end) as coverage_mode,
        cast(
            max(
                case
                    when switch_name = 'renewal_window_days'
                        then {{ to_number('switch_value') }}
                end
            ) as integer
        ) as renewal_window_days,
        max(case when switch_name = 'recovery_event_types' then switch_value end)
            as recovery_event_types,
        max(case when switch_name = 'deposit_base' then switch_value end) as deposit_base,
        max(case when switch_name = 'deposit_floor' then switch_value end) as deposit_floor,
        max(case when switch_name = 'approved_scope' then switch_value end) as approved_scope,
        max(case when switch_name = 'adjust_order' then switch_value end) as adjust_order
    from chosen
    group by org_id
)

select * from reading
