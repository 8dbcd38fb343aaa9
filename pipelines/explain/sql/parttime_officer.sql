-- metrics: parttime_officer_id_card, parttime_officer_role_count
-- loads: grid@period, grid_assignment@period
-- labels: has_certificate=有工作证|has a certificate
-- grain: one row per assignment in force of a part-time officer; a person, and a role of a person,
--     counts in the first row that has it
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
        and assignment.employment_code = 'part_time'
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

flagged as (
    select
        in_force.*,
        certificate_no is not null as has_certificate
    from in_force
),

counted as (
    select
        flagged.*,
        case
            when
                has_certificate
                and row_number() over (
                    partition by person_id, has_certificate
                    order by start_date, grid_id, role_code
                ) = 1
                then 1
            else 0
        end as certificate_part,
        case
            when
                is_publicity_officer
                and row_number() over (
                    partition by person_id, is_publicity_officer
                    order by start_date, grid_id, role_code
                ) = 1
                then 1
            else 0
        end
        + case
            when
                is_information_officer
                and row_number() over (
                    partition by person_id, is_information_officer
                    order by start_date, grid_id, role_code
                ) = 1
                then 1
            else 0
        end
        + case
            when
                is_loan_assistant
                and row_number() over (
                    partition by person_id, is_loan_assistant
                    order by start_date, grid_id, role_code
                ) = 1
                then 1
            else 0
        end
        + case
            when
                is_supervisor
                and row_number() over (
                    partition by person_id, is_supervisor
                    order by start_date, grid_id, role_code
                ) = 1
                then 1
            else 0
        end
        + case
            when
                is_collector
                and row_number() over (
                    partition by person_id, is_collector
                    order by start_date, grid_id, role_code
                ) = 1
                then 1
            else 0
        end as role_part
    from flagged
)

select
    case $metric_id when 'parttime_officer_id_card' then 'all' else 'parttime_officer' end
        as segment,
    'grid_assignment' as ledger,
    branch_id,
    load_id,
    row_no,
    grid_id || ' ' || person_id as row_key,
    case $metric_id when 'parttime_officer_id_card' then certificate_part else role_part end
        as numerator_part,
    case when occurrence = 1 then 1 else 0 end as denominator_part,
    person_id,
    role_code,
    start_date,
    end_date,
    has_certificate,
    is_publicity_officer,
    is_information_officer,
    is_loan_assistant,
    is_supervisor,
    is_collector
from counted
