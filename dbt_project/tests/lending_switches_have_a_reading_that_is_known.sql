-- grain: one row per organisation with a switch of lending set to something the models do not know
with

reading as (
    select
        org_id,
        switch_name,
        switch_value,
        {{ to_number('switch_value') }} as switch_number
    from {{ ref('int_switch_value') }}
)

select
    org_id,
    switch_name
from reading
where
    (switch_name = 'two_high_base' and switch_value not in ('previous_year_end', 'parameter'))
    or (
        switch_name in ('whole_village_credit_limit', 'self_service_small_loan_ceiling')
        and coalesce(switch_number < 0, true)
    )
