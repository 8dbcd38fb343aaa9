-- grain: one row per scheme, scored subject, item and window (quarter, year to the closed month)
with

score as (
    select * from {{ ref('qualitative_score_history') }}
),

month_window as (
    select * from {{ source('run', 'run_month') }}
),

context as (
    select
        period,
        substr(period, 1, 4) as year_text,
        cast(substr(period, 6, 2) as integer) as month_number
    from {{ source('run', 'run_context') }}
),

quarter as (
    select
        period,
        year_text,
        month_number,
        case
            when month_number <= 3 then '-01'
            when month_number <= 6 then '-04'
            when month_number <= 9 then '-07'
            else '-10'
        end as first_month
    from context
),

scored as (
    select
        score.*,
        score.month >= quarter.year_text || quarter.first_month as is_in_quarter
    from score
    inner join month_window on score.month = month_window.month
    cross join quarter
    where month_window.is_current_year
),

-- all checks of the window count: points given over points possible
windowed as (
    select
        scheme_id,
        subject_kind_code,
        subject_id,
        item_code,
        'year' as window_code,
        sum(score) as score,
        sum(max_score) as max_score
    from scored
    group by
        scheme_id,
        subject_kind_code,
        subject_id,
        item_code
    union all
    select
        scheme_id,
        subject_kind_code,
        subject_id,
        item_code,
        'quarter' as window_code,
        sum(score) as score,
        sum(max_score) as max_score
    from scored
    where is_in_quarter
    group by
        scheme_id,
        subject_kind_code,
        subject_id,
        item_code
)

select
    scheme_id,
    subject_kind_code,
    subject_id,
    item_code,
    window_code,
    cast(score as decimal(38, 9)) as score,
    cast(max_score as decimal(38, 9)) as max_score
from windowed
