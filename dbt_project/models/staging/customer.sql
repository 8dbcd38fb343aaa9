-- grain: one row per customer of the submitting branch; in force for the closed month
-- generated from pipelines/ledgers/customer.odcs.yaml (make generate): do not edit
with

source as (
    select * from {{ source('lake', 'customer') }}
),

renamed as (
    select
        customer_id,
        id_type_code,
        branch_id,
        borrower_category_code,
        enterprise_size_code,
        is_farm_household,
        is_rural_collective,
        is_cooperative,
        is_tech_innovation,
        is_disabled,
        industry_code,
        admin_unit_id,
        opened_date,
        is_low_income,
        staff_count,
        operating_revenue,
        total_assets,
        manager_id,
        _load_id as load_id,
        _row as row_no
    from source
)

select * from renamed
