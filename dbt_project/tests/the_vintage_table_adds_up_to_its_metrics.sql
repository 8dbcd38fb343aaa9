-- grain: one row per branch whose vintages do not add up to the published figures
with

vintage as (
    select
        branch_id,
        sum(balance) as balance,
        sum(npl_balance) as npl_balance,
        sum(overdue_balance) as overdue_balance
    from {{ ref('mart_vintage') }}
    group by branch_id
),

figure as (
    select * from {{ ref('mart_metric_value') }}
    where
        metric_id in ('vintage_npl_ratio', 'vintage_overdue_ratio')
        and segment = 'all'
        and org_level = 'branch'
        and numerator is not null
)

select
    figure.metric_id,
    figure.org_id
from figure
left join vintage on figure.org_id = vintage.branch_id
where
    figure.denominator <> coalesce(vintage.balance, 0)
    or figure.numerator <> coalesce(
        case figure.metric_id
            when 'vintage_npl_ratio' then vintage.npl_balance
            else vintage.overdue_balance
        end,
        0
    )
