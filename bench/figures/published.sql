-- ---- as published: no figure where a source is missing ----------------------------------------------

create table raw_figure as select metric_id, org_id, segment, numerator, denominator from measured;

create table figure as
select
    metric_id, org_id, segment,
    case when reason is null then numerator end as numerator,
    case when reason is null then case when kind in ('amount', 'count') then 1 else denominator end end as denominator,
    case when reason is null then
        case kind when 'ratio' then ratio6(numerator, denominator) when 'gap' then value else numerator end
    end as value,
    coalesce(
        reason,
        case when kind = 'ratio' and coalesce(denominator, 0) = 0 then 'zero_denominator' end,
        case when kind = 'gap' and value is null then 'zero_denominator' end
    ) as reason_code
from measured;
