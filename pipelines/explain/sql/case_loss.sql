-- metrics: case_loss_amount, case_loss_count
-- loads: incident@year
-- grain: one row per case or asset loss of the year, in its own segment and in all
select
    segment.segment,
    'incident' as ledger,
    incident.branch_id,
    incident.load_id,
    incident.row_no,
    incident.incident_id as row_key,
    case $metric_id when 'case_loss_count' then 1 else incident.loss_amount end as numerator_part,
    cast(null as decimal(18, 2)) as denominator_part,
    incident.incident_date,
    incident.incident_kind_code,
    incident.recovered_amount,
    incident.closed_date
from incident_history as incident
inner join run.run_context as context
    on incident.incident_date between context.year_start and context.period_end
cross join (select unnest(['all', 'case', 'asset_loss']) as segment) as segment
where
    list_contains($branches, incident.branch_id)
    and incident.incident_kind_code in ('case', 'asset_loss')
    and segment.segment in ('all', incident.incident_kind_code)
