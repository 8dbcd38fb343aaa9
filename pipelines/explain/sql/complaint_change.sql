-- metrics: svc_complaint_decrease
-- loads: complaint@rows
-- grain: one row per complaint proper of the year (adds) or of the same months before (takes away)
select
    'all' as segment,
    'complaint' as ledger,
    complaint.branch_id,
    complaint.load_id,
    complaint.row_no,
    complaint.complaint_id as row_key,
    case when complaint.received_date >= context.year_start then 1 else -1 end as numerator_part,
    cast(null as bigint) as denominator_part,
    complaint.received_date,
    complaint.complaint_kind_code
from complaint_history as complaint
inner join run.run_month as month_window on complaint.month = month_window.month
cross join run.run_context as context
where
    list_contains($branches, complaint.branch_id)
    and complaint.complaint_kind_code = 'complaint'
    and substr(complaint.month, 6) <= substr(context.period, 6)
    and complaint.month >= cast(cast(substr(context.period, 1, 4) as integer) - 1 as varchar) || '-01'
