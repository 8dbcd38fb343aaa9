-- metrics: grid_officer_trained_rate
-- loads: grid@period, grid_assignment@period, training@year
-- grain: denominator: one row per assignment in force, the first of a person carries 1; numerator:
--     one row per training of such a person, likewise
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
    where
        assignment.start_date <= context.period_end
        and coalesce(assignment.end_date >= context.period_end, true)
        and grid.live_date <= context.period_end
        and coalesce(grid.closed_date > context.period_end, true)
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

attended as (
    select
        training.*,
        row_number() over (
            partition by training.person_id, training.training_id, training.training_date
            order by training.month, training.row_no
        ) as occurrence
    from training_history as training
    cross join context
    where
        training.topic_code in ('grid_policy', 'process', 'finance_knowledge')
        and training.training_date between context.year_start and context.period_end
        and exists (
            select 1 from grid_assignment as assignment
            where
                assignment.person_id = training.person_id
                and assignment.start_date <= training.training_date
                and coalesce(assignment.end_date >= training.training_date, true)
        )
),

trained as (
    select
        attended.*,
        row_number() over (
            partition by person_id order by training_date, training_id
        ) as turn
    from attended
    where occurrence = 1 and person_id in (select in_force.person_id from in_force)
)

select
    'all' as segment,
    'grid_assignment' as ledger,
    branch_id,
    load_id,
    row_no,
    grid_id || ' ' || person_id as row_key,
    cast(null as integer) as numerator_part,
    case when occurrence = 1 then 1 else 0 end as denominator_part,
    person_id,
    role_code,
    start_date,
    end_date,
    cast(null as date) as training_date,
    cast(null as varchar) as topic_code
from in_force
union all
select
    'all' as segment,
    'training' as ledger,
    branch_id,
    load_id,
    row_no,
    training_id || ' ' || person_id as row_key,
    case when turn = 1 then 1 else 0 end as numerator_part,
    cast(null as integer) as denominator_part,
    person_id,
    cast(null as varchar) as role_code,
    cast(null as date) as start_date,
    cast(null as date) as end_date,
    training_date,
    topic_code
from trained
