-- metrics: complaint_phone_published, transformation_import_rate, svc_6s
-- loads: org_unit@period
-- grain: one row per open outlet that counts
with

outlet as (
    select
        org_unit.*,
        context.year_start,
        context.period_end
    from org_unit
    cross join run.run_context as context
    where
        list_contains($branches, org_unit.org_id)
        and org_unit.org_type_code <> 'bank'
        and coalesce(org_unit.opened_date <= context.period_end, true)
        and coalesce(org_unit.closed_date > context.period_end, true)
),

segment as (
    select
        unnest(
            case $metric_id
                when 'transformation_import_rate' then ['outlets', 'cumulative']
                else ['all']
            end
        ) as segment
)

select
    segment.segment,
    'org_unit' as ledger,
    outlet.org_id as branch_id,
    outlet.load_id,
    outlet.row_no,
    outlet.org_id as row_key,
    case
        when
            case $metric_id
                when 'complaint_phone_published' then outlet.is_hotline_posted
                when 'svc_6s' then outlet.six_s_date <= outlet.period_end
                else
                    outlet.transformed_date <= outlet.period_end
                    and (
                        segment.segment = 'cumulative'
                        or outlet.transformed_date >= outlet.year_start
                    )
            end
            then 1
        else 0
    end as numerator_part,
    1 as denominator_part,
    outlet.is_hotline_posted,
    outlet.transformed_date,
    outlet.six_s_date
from outlet
cross join segment
where $metric_id <> 'svc_6s' or outlet.transformed_date <= outlet.period_end
