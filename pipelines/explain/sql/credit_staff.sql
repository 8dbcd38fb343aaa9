-- metrics: sme_manager_headcount, sme_manager_certified_rate, cm_rotation_three_years,
--     icbc_marketing_specialist
-- loads: staff@period, org_unit@period
-- grain: one row per staff member on post that counts
with

on_post as (
    select
        staff.*,
        coalesce(org_unit.is_strong_county_pilot, false) as is_strong_county_pilot,
        context.period_end
    from staff
    cross join run.run_context as context
    left join org_unit
        on
            staff.branch_id = org_unit.org_id
            and org_unit.org_type_code <> 'bank'
            and coalesce(org_unit.opened_date <= context.period_end, true)
            and coalesce(org_unit.closed_date > context.period_end, true)
    where list_contains($branches, staff.branch_id) and staff.status_code = 'on_post'
),

segment as (
    select 'all' as segment
    union all
    select 'strong_county_pilot_branch' as segment
    where $metric_id = 'sme_manager_headcount'
)

select
    segment.segment,
    'staff' as ledger,
    on_post.branch_id,
    on_post.load_id,
    on_post.row_no,
    on_post.staff_id as row_key,
    case
        when
            $metric_id = 'sme_manager_certified_rate'
            and (
                on_post.certificate_no is null
                or on_post.certificate_expiry_date < on_post.period_end
            )
            then 0
        when
            $metric_id = 'cm_rotation_three_years'
            and on_post.post_start_date + interval 3 year > on_post.period_end
            then 0
        else 1
    end as numerator_part,
    1 as denominator_part,
    on_post.post_code,
    on_post.certificate_expiry_date,
    on_post.post_start_date
from on_post
cross join segment
where
    case $metric_id
        when 'icbc_marketing_specialist' then on_post.post_code = 'inclusive_specialist'
        when 'cm_rotation_three_years'
            then on_post.post_code in ('sme_manager', 'credit_officer')
        else on_post.post_code = 'sme_manager'
    end
    and (segment.segment = 'all' or on_post.is_strong_county_pilot)
