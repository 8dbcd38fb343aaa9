-- metrics: ledger_per_grid, grid_big_small_nesting
-- loads: grid@period
-- grain: one row per leaf grid in force; of nesting, only those without a big grid
with

context as (
    select * from run.run_context
),

live as (
    select grid.*
    from grid
    inner join context
        on
            grid.live_date <= context.period_end
            and coalesce(grid.closed_date > context.period_end, true)
)

select
    case $metric_id when 'ledger_per_grid' then 'grid' else 'all' end as segment,
    'grid' as ledger,
    leaf.branch_id,
    leaf.load_id,
    leaf.row_no,
    leaf.grid_id as row_key,
    case
        when $metric_id = 'grid_big_small_nesting' then 1
        when leaf.ledger_date <= context.period_end then 1
        else 0
    end as numerator_part,
    case when $metric_id = 'ledger_per_grid' then 1 end as denominator_part,
    leaf.admin_unit_id,
    leaf.live_date,
    leaf.ledger_date,
    leaf.parent_grid_id
from live as leaf
cross join context
left join int_unit_grid as unit_grid on leaf.admin_unit_id = unit_grid.admin_unit_id
where
    leaf.grid_level_code = 'leaf'
    and (
        $metric_id = 'ledger_per_grid'
        or not exists (
            select 1 from live as big
            where
                big.grid_id = leaf.parent_grid_id
                and big.grid_level_code = 'big'
                and big.admin_unit_id = leaf.admin_unit_id
        )
    )
    and list_contains($branches, leaf.branch_id)
    and coalesce(
        list_contains(
            $grids,
            case
                when unit_grid.branch_id = leaf.branch_id then unit_grid.grid_id
                else leaf.branch_id || ':no_grid'
            end
        ),
        true
    )
