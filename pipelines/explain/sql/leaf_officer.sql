-- metrics: grid_officer_per_grid, grid_second_level_per_person, grid_responsibility_split_p7,
--     sanxia_responsibility_chain
-- loads: grid@period, grid_assignment@period, staff@period
-- labels: officer_count=在岗网格员数|officers, primary_count=主责网格员数|primary officers,
--     staff_officer_count=专职网格员数|full-time officers,
--     most_held_count=专职网格员任职小网格数|leaf grids of its full-time officer,
--     has_head=有在岗主任|has a director
-- grain: one row per leaf grid in force
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
    where grid.grid_level_code = 'leaf'
),

officer as (
    select assignment.*
    from grid_assignment as assignment
    cross join context
    inner join live on assignment.grid_id = live.grid_id
    where
        assignment.role_code = 'officer'
        and assignment.start_date <= context.period_end
        and coalesce(assignment.end_date >= context.period_end, true)
),

leaf as (
    select
        live.*,
        (
            select count(distinct officer.person_id)
            from officer
            where officer.grid_id = live.grid_id
        ) as officer_count,
        (
            select count(distinct officer.person_id)
            from officer
            where officer.grid_id = live.grid_id and officer.is_primary
        ) as primary_count,
        (
            select count(distinct officer.person_id)
            from officer
            where officer.grid_id = live.grid_id and officer.employment_code = 'full_time'
        ) as staff_officer_count,
        (
            select count(distinct other.grid_id)
            from officer
            inner join officer as other on officer.person_id = other.person_id
            where officer.grid_id = live.grid_id and officer.employment_code = 'full_time'
            group by officer.person_id
            order by 1 desc
            limit 1
        ) as most_held_count,
        exists (
            select 1 from staff
            where
                staff.branch_id = live.branch_id
                and staff.post_code = 'director'
                and staff.status_code = 'on_post'
        ) as has_head
    from live
)

select
    case $metric_id when 'grid_officer_per_grid' then 'leaf_grid' else 'all' end as segment,
    'grid' as ledger,
    leaf.branch_id,
    leaf.load_id,
    leaf.row_no,
    leaf.grid_id as row_key,
    case
        when
            case $metric_id
                when 'grid_officer_per_grid'
                    then leaf.primary_count = 1 and coalesce(leaf.most_held_count, 0) <= 1
                when 'grid_second_level_per_person' then leaf.staff_officer_count > 0
                when 'grid_responsibility_split_p7' then leaf.officer_count > 0
                else leaf.has_head and leaf.staff_officer_count > 0
            end
            then 1
        else 0
    end as numerator_part,
    1 as denominator_part,
    leaf.admin_unit_id,
    leaf.live_date,
    leaf.officer_count,
    leaf.primary_count,
    leaf.staff_officer_count,
    leaf.most_held_count,
    leaf.has_head
from leaf
left join int_unit_grid as unit_grid on leaf.admin_unit_id = unit_grid.admin_unit_id
where
    list_contains($branches, leaf.branch_id)
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
