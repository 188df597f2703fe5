"""The home page as plain data: the countdown, the ring, the ranking, what waits, the last runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Final

from yingbao.payments.queries.days import Count
from yingbao.policy import Policy
from yingbao.registry.queries.standing import Standing, Waiting
from yingbao.web import spoken
from yingbao.web.releases import Place

#: What the number of a release's units is.
COUNTS: Final = {"should_insure": "应参保", "plan": "计划参保", "target": "目标参保"}
CENTRAL: Final = "central"
_LATE: Final = 500  # basis points


@dataclass(frozen=True, slots=True)
class Window:
    """The window that counts now: days left, its end, and what comes after; `over` says that it is past."""

    days: int | None
    until: str
    after: str


@dataclass(frozen=True, slots=True)
class Rank:
    """One unit in the ranking; `place` is 1 for the best."""

    place: int
    name: str
    code: str
    rate_bp: int
    rate: str
    missing: int


@dataclass(frozen=True, slots=True)
class Whole:
    """All units together: the ring and the figures under it."""

    rate_bp: int
    of: str
    should_label: str
    should: int
    enrolled: int
    missing: int
    people: int
    suspended: int


@dataclass(frozen=True, slots=True)
class Todo:
    """One line of what waits; `late` marks it amber."""

    what: str
    why: str
    number: int
    due: str
    late: bool
    href: str | None


def refunds(counts: Mapping[str, Count], href: str) -> list[Todo]:
    """Refunds that wait for a second person."""
    waiting = counts.get("asked")
    if waiting is None:
        return []
    return [Todo("退费待我复核", "要另一人复核后退款", waiting.number, "今天", True, f"{href}?state=asked")]


def window(policy: Policy, on: date) -> Window | None:
    """The central window of a release seen from a day; None where a release has none of that name."""
    found = policy.release.windows.get(CENTRAL)
    if found is None:
        return None
    first, last = found.from_, found.through
    open_still = (
        w for w in policy.release.windows.values() if w.from_ > last and w.through >= on and w.when is None
    )
    later = sorted((w.from_, w.name) for w in open_still)
    after = f"之后是{later[0][1]}，{spoken.day(later[0][0])} 起" if later else ""
    if on < first:
        return Window(None, f"{found.name} {spoken.day(first)} 开始", f"到 {spoken.day(last)}")
    if on > last:
        return Window(None, f"{found.name}已于 {spoken.day(last)} 结束", after)
    return Window((last - on).days, f"{found.name}到 {spoken.day(last)}", after)


def whole(rows: Sequence[Standing], policy: Policy, says: bool) -> Whole | None:
    """The sum of the units; None where nobody is registered and nothing is planned."""
    people, enrolled = sum(row.people for row in rows), sum(row.enrolled for row in rows)
    units = policy.release.units
    should = sum(row.should or 0 for row in rows) if says else people
    if not should:
        return None
    label = COUNTS.get(units.counts, "已登记") if says and units is not None else "已登记"
    return Whole(
        enrolled * 10_000 // should, f"已参保 / {label}", label, should, enrolled, should - enrolled, people,
        sum(row.suspended for row in rows),
    )  # fmt: skip


def ranking(rows: Sequence[Standing], says: bool) -> list[Rank]:
    """Every unit, laggards first, by the exact fraction; equal ones share the better place."""
    counted = [(row, row.should if says and row.should is not None else row.people) for row in rows]
    counted = [(row, of) for row, of in counted if of]
    best = sorted(counted, key=lambda each: (-Fraction(each[0].enrolled, each[1]), each[0].code))
    places: dict[str, int] = {}
    for index, (row, of) in enumerate(best):
        before = best[index - 1] if index else None
        same = before is not None and before[0].enrolled * of == row.enrolled * before[1]
        places[row.code] = places[before[0].code] if same and before is not None else index + 1
    return [
        Rank(places[row.code], row.name, row.code, _bp(row, of), _rate(row, of), of - row.enrolled)
        for row, of in reversed(best)
    ]


def _bp(row: Standing, of: int) -> int:
    return row.enrolled * 10_000 // of


def _rate(row: Standing, of: int) -> str:
    return spoken.percent(_bp(row, of)).removesuffix("%")


def notes(ranks: Sequence[Rank], all_units: Whole | None) -> str:
    """What the ranking's tick and colours mean."""
    if all_units is None or not ranks:
        return ""
    rule = f"从低到高；竖线为全部 {spoken.percent(all_units.rate_bp)}"
    late = any(all_units.rate_bp - rank.rate_bp >= _LATE for rank in ranks)
    return f"{rule}，琥珀色低出 5 个百分点以上" if late else rule


WORDS: Final[dict[str, tuple[str, str]]] = {
    "newborns": ("新生儿将满 3 个月", "还没有补登证件号码"),
    "permits": ("居住证快到期", "30 天内到期，不续就不能按居住证参保"),
    "headless": ("没有户主的家庭", "户主死亡、迁出或合并后没有另定"),
}


def todo(found: Waiting, on: date, href: str | None) -> Todo:
    """What waits, in words."""
    what, why = WORDS[found.kind]
    due = "" if found.due_on is None else ("今天" if found.due_on <= on else found.due_on.strftime("%m-%d"))
    return Todo(
        what, why, found.number, due, found.due_on is not None and (found.due_on - on).days <= 7, href
    )


def title(place: Place | None, unit_name: str) -> str:
    """Under the head: for whom and which year."""
    return f"{unit_name}·{place.year}年度" if place else unit_name
