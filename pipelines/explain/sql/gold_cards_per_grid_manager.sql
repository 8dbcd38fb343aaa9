-- metrics: gold_cards_per_grid_manager
-- loads: grid@period, grid_assignment@period, card@period
-- switches: gold_card_manager
-- grain: denominator: one row per assignment of a grid manager, the first of a person carries 1;
--     numerator: one row per active gold card of such a person, likewise
with

context as (
    select * from run.run_context
),

in_force as (
    select
        assignment.*,
        row_number() over (
            partition by assignment.person_id
            order by assignment.start_date, assignment.grid_id, assignment.role_code
        ) as occurrence
    from grid_assignment as assignment
    cross join context
    inner join grid on assignment.grid_id = grid.grid_id
    left join int_unit_grid as unit_grid on grid.admin_unit_id = unit_grid.admin_unit_id
    inner join int_switch_value as chosen
        on assignment.branch_id = chosen.org_id and chosen.switch_name = 'gold_card_manager'
    where
        assignment.start_date <= context.period_end
        and coalesce(assignment.end_date >= context.period_end, true)
        and grid.live_date <= context.period_end
        and coalesce(grid.closed_date > context.period_end, true)
        and assignment.role_code = 'manager'
        and assignment.organisation_code = chosen.switch_value
        and list_contains($branches, assignment.branch_id)
        and coalesce(
            list_contains(
                $grids,
                case
                    when unit_grid.branch_id = assignment.branch_id then unit_grid.grid_id
                    else assignment.branch_id || ':no_grid'
                end
            ),
            true
        )
),

held as (
    select
        card.*,
        row_number() over (
            partition by card.holder_person_id order by card.issued_date, card.card_id
        ) as occurrence
    from card
    where
        card.card_type_code = 'gold'
        and card.status_code = 'active'
        and card.holder_person_id in (select in_force.person_id from in_force)
)

select
    'grid_manager' as segment,
    'grid_assignment' as ledger,
    branch_id,
    load_id,
    row_no,
    grid_id || ' ' || person_id as row_key,
    cast(null as integer) as numerator_part,
    case when occurrence = 1 then 1 else 0 end as denominator_part,
    person_id,
    organisation_code,
    start_date,
    end_date,
    cast(null as date) as issued_date,
    cast(null as varchar) as status_code
from in_force
union all
select
    'grid_manager' as segment,
    'card' as ledger,
    branch_id,
    load_id,
    row_no,
    card_id as row_key,
    case when occurrence = 1 then 1 else 0 end as numerator_part,
    cast(null as integer) as denominator_part,
    holder_person_id as person_id,
    cast(null as varchar) as organisation_code,
    cast(null as date) as start_date,
    cast(null as date) as end_date,
    issued_date,
    status_code
from held
