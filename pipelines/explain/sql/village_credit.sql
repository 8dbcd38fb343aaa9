-- metrics: whole_village_village_ratio, whole_village_info_collection_rate,
--     whole_village_evaluation_rate, whole_village_credit_granted_rate, credit_household_ratio,
--     credit_village_ratio
-- loads: admin_unit@period, customer_archive@rows, customer@rows, credit_line@period
-- labels: line_row=授信依据|credit line
-- grain: denominator: one row per village or community; numerator: one per household or customer
with

context as (
    select * from run.run_context
),

unit as (
    select
        admin_unit.*,
        admin_unit.is_pilot and coalesce(admin_unit.pilot_from_date <= context.period_end, false)
            as is_in_pilot
    from admin_unit
    cross join context
    where
        list_contains($branches, admin_unit.branch_id)
        and (admin_unit.unit_kind_code = 'village' or $metric_id like 'credit_%')
),

in_segment as (
    select
        'all' as segment,
        unit.*
    from unit
    where $metric_id like 'credit_%'
    union all
    select
        'administrative_village' as segment,
        unit.*
    from unit
    where $metric_id like 'whole_%'
    union all
    select
        'pilot_village' as segment,
        unit.*
    from unit
    where
        $metric_id like 'whole_%'
        and (unit.is_in_pilot or $metric_id = 'whole_village_village_ratio')
),

-- a household counts once in a unit: of several archives the one that carries the most
archive as (
    select
        customer_archive.*,
        case
            when $metric_id = 'whole_village_info_collection_rate'
                then coalesce(customer_archive.member_count, 0)
            when $metric_id = 'whole_village_evaluation_rate'
                then
                    case when customer_archive.evaluation_date <= context.period_end then 1 else 0 end
            else
                case
                    when
                        customer_archive.credit_household_date <= context.period_end
                        and coalesce(
                            customer_archive.credit_household_expiry_date >= context.period_end, true
                        )
                        then 1
                    else 0
                end
        end as part
    from customer_archive
    cross join context
    where
        customer_archive.status_code = 'complete'
        and customer_archive.opened_date <= context.period_end
        and coalesce(customer_archive.expiry_date >= context.period_end, true)
        and (
            customer_archive.segment_code = 'rural_household'
            or (
                customer_archive.segment_code = 'community_resident'
                and $metric_id = 'credit_household_ratio'
            )
        )
        and $metric_id in (
            'whole_village_info_collection_rate',
            'whole_village_evaluation_rate',
            'credit_household_ratio'
        )
),

numbered as (
    select
        archive.*,
        row_number() over (
            partition by admin_unit_id, subject_id order by part desc, archive_id
        ) as occurrence
    from archive
),

line as (
    select
        credit_line.*,
        row_number() over (partition by credit_line.customer_id order by credit_line.credit_line_id)
            as occurrence
    from credit_line
    cross join context
    where
        credit_line.guarantee_type_code = 'credit'
        and credit_line.status_code = 'active'
        and credit_line.effective_date <= context.period_end
        and coalesce(credit_line.expiry_date >= context.period_end, true)
)

select
    segment,
    'admin_unit' as ledger,
    branch_id,
    load_id,
    row_no,
    admin_unit_id as row_key,
    case $metric_id
        when 'whole_village_village_ratio'
            then
                case
                    when segment = 'pilot_village' then case when is_in_pilot then 1 else 0 end
                    when whole_village_date <= (select period_end from context) then 1
                    else 0
                end
        when 'credit_village_ratio'
            then
                case
                    when
                        credit_unit_date <= (select period_end from context)
                        and coalesce(
                            credit_unit_expiry_date >= (select period_end from context), true
                        )
                        then 1
                    else 0
                end
    end as numerator_part,
    case $metric_id
        when 'whole_village_village_ratio' then 1
        when 'credit_village_ratio' then 1
        when 'whole_village_info_collection_rate' then population
        else household_count
    end as denominator_part,
    admin_unit_name,
    unit_kind_code,
    is_pilot,
    pilot_from_date,
    whole_village_date,
    credit_unit_date,
    credit_unit_expiry_date,
    cast(null as varchar) as segment_code,
    cast(null as integer) as member_count,
    cast(null as date) as evaluation_date,
    cast(null as date) as credit_household_date,
    cast(null as varchar) as line_row_load_id,
    cast(null as bigint) as line_row_row_no
from in_segment
union all
select
    unit.segment,
    'customer_archive' as ledger,
    unit.branch_id,
    numbered.load_id,
    numbered.row_no,
    numbered.archive_id as row_key,
    numbered.part as numerator_part,
    cast(null as integer) as denominator_part,
    cast(null as varchar) as admin_unit_name,
    cast(null as varchar) as unit_kind_code,
    cast(null as boolean) as is_pilot,
    cast(null as date) as pilot_from_date,
    cast(null as date) as whole_village_date,
    cast(null as date) as credit_unit_date,
    cast(null as date) as credit_unit_expiry_date,
    numbered.segment_code,
    numbered.member_count,
    numbered.evaluation_date,
    numbered.credit_household_date,
    cast(null as varchar) as line_row_load_id,
    cast(null as bigint) as line_row_row_no
from in_segment as unit
inner join numbered on unit.admin_unit_id = numbered.admin_unit_id
where numbered.occurrence = 1 and numbered.part > 0
union all
select
    unit.segment,
    'customer' as ledger,
    unit.branch_id,
    customer.load_id,
    customer.row_no,
    customer.customer_id as row_key,
    1 as numerator_part,
    cast(null as integer) as denominator_part,
    cast(null as varchar) as admin_unit_name,
    cast(null as varchar) as unit_kind_code,
    cast(null as boolean) as is_pilot,
    cast(null as date) as pilot_from_date,
    cast(null as date) as whole_village_date,
    cast(null as date) as credit_unit_date,
    cast(null as date) as credit_unit_expiry_date,
    cast(null as varchar) as segment_code,
    cast(null as integer) as member_count,
    cast(null as date) as evaluation_date,
    cast(null as date) as credit_household_date,
    line.load_id as line_row_load_id,
    line.row_no as line_row_row_no
from in_segment as unit
inner join customer on unit.admin_unit_id = customer.admin_unit_id
inner join line on customer.customer_id = line.customer_id and line.occurrence = 1
where
    $metric_id = 'whole_village_credit_granted_rate'
    and customer.borrower_category_code not in ('enterprise', 'other_organisation')
