-- grain: one row per small-business manager on post at period end: points against the standard
with

point as (
    select * from {{ ref('int_manager_point') }}
),

param as (
    select * from {{ ref('int_scheme_param') }}
    where scheme_id = 'ganyin_five_projects'
),

total as (
    select
        branch_id,
        staff_id,
        grade_code,
        sum(points) as points
    from point
    group by
        branch_id,
        staff_id,
        grade_code
),

judged as (
    select
        total.branch_id,
        total.staff_id,
        total.points,
        param.param_number as standard,
        coalesce(total.points >= param.param_number, false) as is_attained,
        case
            when total.grade_code is null then 'no_source:staff.grade_code'
            when param.org_id is null then 'missing_parameter:points_standard:' || total.grade_code
            when param.param_number is null
                then 'invalid_parameter:points_standard:' || total.grade_code
        end as reason_code
    from total
    left join param
        on
            total.branch_id = param.org_id
            and param.param_name = 'points_standard:' || total.grade_code
)

select * from judged
