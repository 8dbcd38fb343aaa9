-- grain: one row per branch: staff on post at period end by what the plans ask of them
with

staff as (
    select * from {{ ref('staff') }}
    where status_code = 'on_post'
),

context as (
    select * from {{ source('run', 'run_context') }}
),

-- A certificate counts through its last day; one without an end is valid. Rotation falls due on the
-- third anniversary of the start in the post.
by_branch as (
    select
        staff.branch_id,
        count(*) as staff_count,
        sum(case when staff.post_code = 'sme_manager' then 1 else 0 end) as sme_manager_count,
        sum(
            case
                when
                    staff.post_code = 'sme_manager'
                    and staff.certificate_no is not null
                    and coalesce(staff.certificate_expiry_date >= context.period_end, true)
                    then 1
                else 0
            end
        ) as certified_count,
        sum(case when staff.post_code = 'inclusive_specialist' then 1 else 0 end)
            as specialist_count,
        sum(case when staff.post_code in ('sme_manager', 'credit_officer') then 1 else 0 end)
            as credit_staff_count,
        sum(
            case
                when
                    staff.post_code in ('sme_manager', 'credit_officer')
                    and {{ add_years('staff.post_start_date', 3) }} <= context.period_end
                    then 1
                else 0
            end
        ) as rotation_due_count,
        sum(
            case
                when
                    staff.post_code in ('sme_manager', 'credit_officer')
                    and staff.post_start_date is null
                    then 1
                else 0
            end
        ) as unknown_start_count
    from staff
    cross join context
    group by staff.branch_id
)

select * from by_branch
