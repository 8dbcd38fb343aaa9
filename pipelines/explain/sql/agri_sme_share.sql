-- metrics: agri_sme_share
-- loads: loan_account@period
-- grain: one row per loan note with a balance and reading of the share
with

reading as (
    select unnest(['agri_union_small_micro', 'agri', 'small_micro', 'naive_sum']) as segment
),

-- the naive sum counts a loan that is both twice
loan as (
    select
        *,
        case when is_agri then 1 else 0 end as agri_count,
        case when is_small_micro then 1 else 0 end as small_micro_count
    from loan_account
    where list_contains($branches, branch_id) and balance <> 0
),

weighted as (
    select
        loan.*,
        reading.segment,
        case reading.segment
            when 'agri_union_small_micro' then greatest(agri_count, small_micro_count)
            when 'agri' then agri_count
            when 'small_micro' then small_micro_count
            when 'naive_sum' then agri_count + small_micro_count
        end as times_counted
    from loan
    cross join reading
)

select
    segment,
    'loan_account' as ledger,
    branch_id,
    load_id,
    row_no,
    loan_id as row_key,
    case when times_counted > 0 then cast(balance * times_counted as decimal(18, 2)) end
        as numerator_part,
    balance as denominator_part,
    is_agri,
    is_small_micro,
    contract_status_code
from weighted
