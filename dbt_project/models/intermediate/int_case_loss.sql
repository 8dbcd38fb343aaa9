-- grain: one row per branch and kind of incident with a loss in the year
with

incident as (
    select * from {{ ref('incident_history') }}
),

context as (
    select * from {{ source('run', 'run_context') }}
),

by_kind as (
    select
        incident.branch_id,
        incident.incident_kind_code,
        count(*) as incident_count,
        sum(incident.loss_amount) as loss_amount,
        max(case when incident.loss_amount is null then 'no_source:incident.loss_amount' end)
            as reason_code
    from incident
    inner join context
        on incident.incident_date between context.year_start and context.period_end
    where incident.incident_kind_code in ('case', 'asset_loss')
    group by
        incident.branch_id,
        incident.incident_kind_code
)

select * from by_kind
