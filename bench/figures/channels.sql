-- ---- cards and electronic channels ----------------------------------------------------------------

create table channel_count as
with cards as (
    select
        branch_id, count_if(is_social) as social, count_if(is_social and activated_date is not null) as activated,
        count_if(is_social and signed_date is not null) as signed,
        count_if(is_social and activated_date is not null and month_transaction_count > 0) as used,
        count_if(is_passbook_replaced and issued_date <= getvariable('period_end')) as replaced
    from (select *, card_type_code = 'social_security' as is_social from card where status_code <> 'closed')
    group by branch_id
),
traffic as (
    select
        a.branch_id, sum(a.transaction_count) as transactions,
        sum(a.transaction_count) filter (a.channel_code <> 'counter') as electronic
    from channel_activity_sent as a
    join month as m on m.month = a._period and m.is_current_year
    group by a.branch_id
),
small as (
    select
        branch_id, count(*) as lent,
        count_if(channel_code in ('mobile_bank', 'internet_bank', 'self_service')) as alone
    from event where event_type_code = 'disburse' and principal_amount <= 300000
    group by branch_id
)
select
    o.org_id, coalesce(sum(social), 0) as social, coalesce(sum(activated), 0) as activated,
    coalesce(sum(signed), 0) as signed, coalesce(sum(used), 0) as used, coalesce(sum(replaced), 0) as replaced,
    coalesce(sum(transactions), 0) as transactions, coalesce(sum(electronic), 0) as electronic,
    coalesce(sum(lent), 0) as lent, coalesce(sum(alone), 0) as alone
from org as o
join member as m on m.org_id = o.org_id
left join cards using (branch_id)
left join traffic using (branch_id)
left join small using (branch_id)
where o.is_active
group by o.org_id;

insert into measured
select f.m, f.k, org_id, 'all', f.n, f.d, null, null
from (
    select org_id, unnest([
        {m: 'social_card_activation_rate', k: 'ratio', n: activated, d: social},
        {m: 'social_card_signing_rate', k: 'ratio', n: signed, d: social},
        {m: 'social_card_monthly_usage_rate', k: 'ratio', n: used, d: activated},
        {m: 'passbook_replaced_card_count', k: 'count', n: replaced, d: null},
        {m: 'ebank_substitution_rate', k: 'ratio', n: electronic, d: transactions},
        {m: 'self_service_small_loan_ratio', k: 'ratio', n: alone, d: lent}
    ]) as f
    from channel_count
);

-- Effective customers, distinct at every level. How many months count is each organisation's own
-- parameter, so a row is judged by its branch's, its county's and the bank's at once: bits 1, 2, 4
-- (mobile, e-pay, corporate) for the branch, the same 8 and 64 times for county and bank; 512 is a
-- firm with a settlement account, and only such count for the corporate bank.
create table since as
select
    o.org_id, o.level,
    cast(getvariable('period_end') - to_months(cast(cast(s.value as decimal(18, 6)) as integer)) as date) as since
from org as o
left join setting as s
    on s.org_id = o.org_id and s.scheme_id = 'lanxi_five_year' and s.param_name = 'effective_customer_months';
create macro is_since(day, since) as case when day > since and day <= getvariable('period_end') then 1 else 0 end;

create table effective_count as
with branch_since as (
    select
        m.branch_id, max(s.since) filter (s.level = 'branch') as own,
        max(s.since) filter (s.level = 'county') as county, max(s.since) filter (s.level = 'bank') as bank
    from member as m join since as s on s.org_id = m.org_id
    group by m.branch_id
),
firm as (
    select customer_id from customer where borrower_category_code in ('enterprise', 'other_organisation')
),
shared as (select customer_id from customer_deposit group by customer_id having count(*) > 1),
account as (
    select
        d.branch_id, d.customer_id, f.customer_id is not null and d.has_settlement_account as is_firm,
        is_since(mobile_last_date, own) + 8 * is_since(mobile_last_date, county)
        + 64 * is_since(mobile_last_date, bank)
        + 2 * is_since(e_pay_last_date, own) + 16 * is_since(e_pay_last_date, county)
        + 128 * is_since(e_pay_last_date, bank)
        + 4 * is_since(corporate_bank_last_date, own) + 32 * is_since(corporate_bank_last_date, county)
        + 256 * is_since(corporate_bank_last_date, bank)
        + case when is_firm then 512 else 0 end as bits,
        s.customer_id is not null as is_shared
    from customer_deposit as d
    join branch_since as b on b.branch_id = d.branch_id
    left join firm as f on f.customer_id = d.customer_id
    left join shared as s on s.customer_id = d.customer_id
),
counted as (
    select m.org_id, a.bits, a.customers
    from (select branch_id, bits, count(*) as customers from account where not is_shared group by all) as a
    join member as m on m.branch_id = a.branch_id
    union all
    select org_id, bits, count(*)
    from (
        select m.org_id, a.customer_id, bit_or(a.bits) as bits
        from account as a join member as m on m.branch_id = a.branch_id
        where a.is_shared
        group by all
    )
    group by all
)
select
    s.org_id, s.since is not null as is_set,
    coalesce(sum(customers) filter (level_bits & 1 <> 0), 0) as mobile,
    coalesce(sum(customers) filter (level_bits & 2 <> 0), 0) as e_pay,
    coalesce(sum(customers) filter (level_bits & 4 <> 0 and bits & 512 <> 0), 0) as corporate,
    coalesce(sum(customers) filter (bits & 512 <> 0), 0) as firms
from since as s
left join (
    select
        c.org_id, c.bits, c.customers,
        case o.level when 'branch' then bits when 'county' then bits // 8 else bits // 64 end as level_bits
    from counted as c join org as o on o.org_id = c.org_id
) as c on c.org_id = s.org_id
where s.org_id in (select org_id from org where is_active)
group by s.org_id, s.since;

insert into measured
select
    f.m, f.k, org_id, 'all', f.n, f.d, null,
    case when not is_set then 'missing_parameter:effective_customer_months' end
from (
    select org_id, is_set, unnest([
        {m: 'mobile_bank_effective_customers', k: 'count', n: mobile, d: null},
        {m: 'fengshou_epay_effective_customers', k: 'count', n: e_pay, d: null},
        {m: 'corp_ebank_effective_coverage', k: 'ratio', n: corporate, d: firms}
    ]) as f
    from effective_count
);
