-- The figures of one month, from the views <ledger> (in force for the month) and <ledger>_sent (all
-- files), month, in_force, org, member and gap. Ends in figure, raw_figure (before a missing source
-- blanks it), pay_month and pay_settlement. The bank's own readings are written into the script, as
-- one does by hand: pilot units, register of the phase start, 30 days, mean of last year.

-- n / d rounded half away from zero to a number of places, in whole numbers
create macro exact_ratio(n, d, scale, unit) as
    case when cast(cast(d as decimal(38, 6)) * 1000000 as hugeint) <> 0 then
        cast(
            case when (n < 0) <> (d < 0) then -1 else 1 end
            * (
                (
                    2 * abs(cast(cast(n as decimal(38, 6)) * 1000000 as hugeint)) * scale
                    + abs(cast(cast(d as decimal(38, 6)) * 1000000 as hugeint))
                ) // (2 * abs(cast(cast(d as decimal(38, 6)) * 1000000 as hugeint)))
            ) as decimal(38, 0)
        ) * unit
    end;
create macro ratio6(n, d) as cast(exact_ratio(n, d, 1000000, 0.000001) as decimal(38, 6));
create macro ratio9(n, d) as cast(exact_ratio(n, d, 1000000000, 0.000000001) as decimal(38, 9));
-- a gap of two rounded ratios, with the sign that rounding would lose
create macro gap6(a, b, exact_sign) as
    case
        when exact_sign < 0 and a - b >= 0 then -0.000001
        when exact_sign > 0 and a - b <= 0 then 0.000001
        else a - b
    end;
create macro end_before(d) as d - cast(day(d) as integer);  -- the month end before a date
create macro is_npl(class) as class in ('substandard', 'doubtful', 'loss');

create table measured (
    metric_id varchar, kind varchar, org_id varchar, segment varchar,
    numerator decimal(38, 6), denominator decimal(38, 6), value decimal(38, 6), reason varchar
);
