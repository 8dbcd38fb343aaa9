-- metrics: grid_customer_satisfaction
-- loads: service_check@year, grid@period
-- grain: one row per satisfaction survey of a grid in the year
select
    'all' as segment,
    'service_check' as ledger,
    survey.branch_id,
    survey.load_id,
    survey.row_no,
    survey.check_id as row_key,
    survey.satisfied_count as numerator_part,
    survey.respondent_count as denominator_part,
    survey.check_date,
    survey.grid_id
from service_check_history as survey
cross join run.run_context as context
left join grid on survey.grid_id = grid.grid_id
left join int_unit_grid as unit_grid on grid.admin_unit_id = unit_grid.admin_unit_id
where
    survey.check_kind_code = 'satisfaction_survey'
    and survey.grid_id is not null
    and survey.check_date between context.year_start and context.period_end
    and list_contains($branches, survey.branch_id)
    and coalesce(
        list_contains(
            $grids,
            case
                when unit_grid.branch_id = survey.branch_id then unit_grid.grid_id
                else survey.branch_id || ':no_grid'
            end
        ),
        true
    )
