-- grain: one row per sale or batch of sales of one product by one seller; in force for the closed
-- month
-- generated from pipelines/ledgers/product_sale.odcs.yaml (make generate): do not edit
with

source as (
    select * from {{ source('lake', 'product_sale') }}
),

renamed as (
    select
        sale_id,
        branch_id,
        sale_date,
        staff_id,
        department_name,
        product_code,
        product_name,
        product_family_code,
        unit_count,
        sale_amount,
        allocation_ratio,
        customer_id,
        _load_id as load_id,
        _row as row_no
    from source
)

select * from renamed
