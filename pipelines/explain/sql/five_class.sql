-- metrics: five_class_balance, five_class_loan_count, five_class_share, special_mention_ratio,
--     inclusive_npl_ratio, loan_mix_share
-- loads: loan_account@period
-- grain: one row per loan note with a balance, in every segment it counts in
with

segment as (
    select unnest(
        case $metric_id
            when 'special_mention_ratio' then ['all']
            when 'inclusive_npl_ratio' then ['all']
            when 'loan_mix_share' then ['normal', 'npl', 'housing', 'consumption']
            when 'five_class_share'
                then ['normal', 'special_mention', 'substandard', 'doubtful', 'loss']
            else ['all', 'normal', 'special_mention', 'substandard', 'doubtful', 'loss']
        end
    ) as segment
),

placed as (
    select
        segment.segment,
        loan.*,
        case
            when $metric_id = 'special_mention_ratio' then loan.five_class_code = 'special_mention'
            when
                segment.segment = 'npl' or $metric_id = 'inclusive_npl_ratio'
                then loan.five_class_code in ('substandard', 'doubtful', 'loss')
            when segment.segment in ('housing', 'consumption')
                then loan.purpose_code = segment.segment
            else segment.segment in ('all', loan.five_class_code)
        end as is_of_kind
    from loan_account as loan
    cross join segment
    where
        list_contains($branches, loan.branch_id)
        and loan.balance <> 0
        and ($metric_id <> 'inclusive_npl_ratio' or loan.is_inclusive)
)

select
    segment,
    'loan_account' as ledger,
    branch_id,
    load_id,
    row_no,
    loan_id as row_key,
    case
        when is_of_kind
            then case when $metric_id = 'five_class_loan_count' then 1 else balance end
    end as numerator_part,
    case
        when $metric_id not in ('five_class_balance', 'five_class_loan_count') then balance
    end as denominator_part,
    five_class_code,
    purpose_code,
    is_inclusive,
    contract_status_code
from placed
where is_of_kind or $metric_id not in ('five_class_balance', 'five_class_loan_count')
