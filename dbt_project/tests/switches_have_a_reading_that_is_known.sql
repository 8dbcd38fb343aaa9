-- grain: one row per organisation with a switch set to something the models do not know
-- An unknown reading would silently fall back to another one: the build stops instead.
with

reading as (
    select * from {{ ref('int_switch') }}
),

event_type as (
    select code
    from {{ ref('ledger_code') }}
    where ledger = 'loan_event' and column_name = 'event_type_code'
),

-- what is left of the list once every known type is taken out
unknown_event_type as (
    select
        reading.org_id,
        ',' || replace(reading.recovery_event_types, ' ', '') || ',' as listed,
        sum(
            case
                when
                    ',' || replace(reading.recovery_event_types, ' ', '') || ','
                    like '%,' || event_type.code || ',%'
                    then length(event_type.code) + 1
                else 0
            end
        ) + 1 as known_length
    from reading
    cross join event_type
    group by
        reading.org_id,
        reading.recovery_event_types
)

select reading.org_id
from reading
inner join unknown_event_type on reading.org_id = unknown_event_type.org_id
where
    coalesce(reading.archive_scope not in ('pilot_units', 'whole_area'), true)
    or coalesce(reading.archive_denominator not in ('phase_start', 'current'), true)
    or coalesce(reading.coverage_mode not in ('increment', 'level'), true)
    or coalesce(reading.deposit_base not in ('last_year_average', 'last_year_end'), true)
    or coalesce(reading.deposit_floor not in ('zero', 'none'), true)
    or coalesce(reading.approved_scope not in ('performance', 'total'), true)
    or coalesce(reading.adjust_order not in ('deduct_first', 'adjust_first'), true)
    -- the window of months reaches back twelve months in January: five months either side of two
    or coalesce(reading.renewal_window_days not between 0 and 150, true)
    or length(unknown_event_type.listed) <> unknown_event_type.known_length
union all
select org_id
from {{ ref('int_switch_value') }}
where
    switch_name = 'sme_manager_quota_base' and switch_value not in ('threshold', 'crossing_value')
union all
select org_id
from {{ ref('int_switch_value') }}
where
    (
        switch_name = 'target_tolerance'
        and coalesce({{ to_number('switch_value') }} not between 0 and 100, true)
    )
    or (switch_name = 'bonus_cap_scope' and switch_value not in ('item', 'total'))
    or (switch_name = 'recovery_step' and switch_value not in ('floor', 'ceil', 'linear'))
    or (
        switch_name = 'urban_director_weights'
        and switch_value not in ('drop_npl', 'rescale', 'printed')
    )
    or (
        switch_name = 'dept_weight_conflict'
        and switch_value not in ('rescale', 'swap_top', 'printed')
    )
    or (
        switch_name = 'assessment_mode'
        and switch_value not in ('standard', 'differentiated')
    )
