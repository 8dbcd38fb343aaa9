-- grain: as product_sale, for every month of the window in which the load is in force
-- generated from pipelines/ledgers/product_sale.odcs.yaml (make generate): do not edit
with

source as (
    select * from {{ source('lake', 'product_sale_history') }}
),

monthly as (
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
        _period as month,
        _load_id as load_id,
        _row as row_no
    from source
)

select * from monthly
