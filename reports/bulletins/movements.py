"""What changed and why: figures against the month before and the year's start.

Here belongs taking a change apart into what its numerator and its denominator did, and into what
each branch contributed, and telling both. The parts add up to the change exactly before rounding.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from reports.bulletins.figures import Earlier, Figure, Standing
from reports.draft import period_zh
from reports.rounding import CONTEXT

BASIS_ZH = {"month": "上月末", "year": "年初"}
_SHOWN = 3


@dataclass(frozen=True)
class Movement:
    """How one organisation's figure moved since an earlier period, in the metric's own unit.

    Attributes:
        standing: The organisation now.
        then: The earlier figure.
        change: Present value minus earlier value.
        by_numerator: Part of the change that the numerator alone would have made.
        by_denominator: The rest: what the denominator made of it.
        share: Part of the whole bank's change that this branch made; None where figures of
            branches do not add up to the bank's.
    """

    standing: Standing
    then: Earlier
    change: Decimal
    by_numerator: Decimal | None
    by_denominator: Decimal | None
    share: Decimal | None


def movement(figure: Figure, standing: Standing, basis: str) -> Movement | None:
    """The movement of one organisation, or None when one of the two figures is unknown.

    A ratio's change N1/D1 - N0/D0 is (N1 - N0)/D0 by its numerator and N1/D1 - N1/D0 by its
    denominator. A branch's part of the bank's change is (dN - R0 dD)/D1, with R0 the bank's earlier
    rate and D1 its present denominator: summed over all branches this is the bank's change.
    """
    then = standing.earlier.get(basis)
    change = standing.change(basis)
    if then is None or change is None:
        return None
    by_numerator = by_denominator = None
    if figure.kind == "ratio" and _has_parts(standing) and _has_parts(then):
        assert standing.numerator is not None and standing.denominator is not None
        assert then.numerator is not None and then.denominator is not None
        if then.denominator and standing.denominator:
            by_numerator = CONTEXT.divide(standing.numerator - then.numerator, then.denominator)
            by_denominator = CONTEXT.divide(standing.numerator, standing.denominator) - (
                CONTEXT.divide(standing.numerator, then.denominator)
            )
    return Movement(
        standing, then, change, by_numerator, by_denominator, _share(figure, standing, then, basis)
    )


def movements(figure: Figure, basis: str) -> list[Movement]:
    """Movements of the branches, the largest rise first."""
    found = [m for s in figure.branches if (m := movement(figure, s, basis)) is not None]
    return sorted(found, key=lambda m: (-m.change, m.standing.org_id))


def extremes(figure: Figure, basis: str) -> tuple[list[Movement], list[Movement]]:
    """The branches that rose most and fell most; those that did not move are in neither."""
    found = movements(figure, basis)
    rises = [m for m in found if m.change > 0][:_SHOWN]
    falls = [m for m in reversed(found) if m.change < 0][:_SHOWN]
    return rises, falls


def bank_sentence(figure: Figure, basis: str) -> str:
    """How the whole bank moved and why, in words; empty when one of the two figures is unknown."""
    whole = movement(figure, figure.bank, basis)
    if whole is None:
        return ""
    assert figure.bank.value is not None
    head = (
        f"{figure.plan.title_zh}：全行{figure.measure.told(figure.bank.value)}，"
        f"比{BASIS_ZH[basis]}（{period_zh(whole.then.period)}）{_moved(figure, whole.change)}"
    )
    return f"{head}{_why(figure, whole)}。"


def branch_sentence(figure: Figure, basis: str) -> str:
    """Which branches moved most; empty when none did."""
    rises, falls = extremes(figure, basis)
    words = []
    for name, found in (("上升最多", rises), ("下降最多", falls)):
        if found:
            told = "；".join(_branch(figure, m) for m in found)
            words.append(f"{name}：{told}")
    return "。".join(words) + "。" if words else ""


def _branch(figure: Figure, found: Movement) -> str:
    text = f"{found.standing.org_name}{figure.difference.told(found.change, sign=True)}"
    why = _why(figure, found).lstrip("，：")
    share = (
        f"对全行变动的影响{figure.difference.told(found.share, sign=True)}"
        if found.share is not None
        else ""
    )
    inside = "，".join(part for part in (why, share) if part)
    return f"{text}（{inside}）" if inside else text


def _why(figure: Figure, found: Movement) -> str:
    """Numerator and denominator in words, with what each did to the figure."""
    now, then = found.standing, found.then
    if found.by_numerator is None or found.by_denominator is None or not figure.plan.shows_parts:
        return ""
    parts = figure.parts
    told = []
    for name, after, before, effect in (
        (figure.plan.numerator_zh, now.numerator, then.numerator, found.by_numerator),
        (figure.plan.denominator_zh, now.denominator, then.denominator, found.by_denominator),
    ):
        assert after is not None and before is not None
        if after == before:
            told.append(f"{name}{parts.told(after)}未变")
        else:
            side = "拉高" if effect > 0 else "拉低"
            told.append(
                f"{name}由{parts.told(before)}变为{parts.told(after)}，"
                f"{side}{figure.difference.told(abs(effect))}"
            )
    return "：" + "；".join(told)


def _moved(figure: Figure, change: Decimal) -> str:
    if figure.difference.rounded(change) == 0:
        return "基本持平" if change else "持平"
    return f"{'上升' if change > 0 else '下降'}{figure.difference.told(abs(change))}"


def _share(figure: Figure, standing: Standing, then: Earlier, basis: str) -> Decimal | None:
    bank, before = figure.bank, figure.bank.earlier.get(basis)
    if standing is bank or before is None or not figure.is_additive:
        return None
    if figure.kind != "ratio":
        return standing.change(basis)
    if not (_has_parts(bank) and _has_parts(before) and _has_parts(standing) and _has_parts(then)):
        return None
    assert bank.denominator is not None and before.numerator is not None
    assert before.denominator is not None
    if not bank.denominator or not before.denominator:
        return None
    assert standing.numerator is not None and then.numerator is not None
    assert standing.denominator is not None and then.denominator is not None
    rate = CONTEXT.divide(before.numerator, before.denominator)
    moved = (standing.numerator - then.numerator) - CONTEXT.multiply(
        rate, standing.denominator - then.denominator
    )
    return CONTEXT.divide(moved, bank.denominator)


def _has_parts(found: Standing | Earlier) -> bool:
    return found.numerator is not None and found.denominator is not None
