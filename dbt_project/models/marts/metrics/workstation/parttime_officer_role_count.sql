-- grain: one row per organisation (branch, county, bank or grid); segment parttime_officer
with

officer as (
    select * from {{ ref('int_grid_officer') }}
    where employment_code = 'part_time'
),

-- a person counts once below, and each role of a person once above
counted as (
    select
        branch_id,
        grid_id,
        person_id as thing,
        'parttime_officer' as segment,
        false as numerator,
        true as denominator,
        cast(null as varchar) as reason_code
    from officer
    union all
    select
        branch_id,
        grid_id,
        person_id || '|publicity_officer' as thing,
        'parttime_officer' as segment,
        is_publicity_officer as numerator,
        false as denominator,
        cast(null as varchar) as reason_code
    from officer
    union all
    select
        branch_id,
        grid_id,
        person_id || '|information_officer' as thing,
        'parttime_officer' as segment,
        is_information_officer as numerator,
        false as denominator,
        cast(null as varchar) as reason_code
    from officer
    union all
    select
        branch_id,
        grid_id,
        person_id || '|loan_assistant' as thing,
        'parttime_officer' as segment,
        is_loan_assistant as numerator,
        false as denominator,
        cast(null as varchar) as reason_code
    from officer
    union all
    select
        branch_id,
        grid_id,
        person_id || '|supervisor' as thing,
        'parttime_officer' as segment,
        is_supervisor as numerator,
        false as denominator,
        cast(null as varchar) as reason_code
    from officer
    union all
    select
        branch_id,
        grid_id,
        person_id || '|collector' as thing,
        'parttime_officer' as segment,
        is_collector as numerator,
        false as denominator,
        cast(null as varchar) as reason_code
    from officer
),

{{ rolled_up(
    'counted',
    ledgers=['grid', 'grid_assignment'],
    segments=['parttime_officer'],
    distinct='thing',
    grids=true,
    columns=[
        'grid_assignment.is_publicity_officer',
        'grid_assignment.is_information_officer',
        'grid_assignment.is_loan_assistant',
        'grid_assignment.is_supervisor',
        'grid_assignment.is_collector'
    ]
) }}

{{ metric_rows('parttime_officer_role_count', 'measured') }}
