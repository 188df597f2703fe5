"""A person as the page shows them: the head, the time line, the spans, the versions, the journal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from yingbao.journal.queries import Deed
from yingbao.registry.queries import HoldingLine, MergeLine, PersonPage, Span
from yingbao.registry.queries.people import ResidenceLine
from yingbao.registry.queries.versions import Written
from yingbao.registry.states import (
    CHANGES,
    EDGES,
    INSURANCES,
    RELATIONS,
    RESIDENCES,
    STAGES,
    STATES,
    SURVIVALS,
)
from yingbao.web.parts import Event
from yingbao.web.spoken import day, minute
from yingbao.web.workbench.presenters.words import (
    BODIES,
    FIELDS,
    SEXES,
    THINGS,
    age_words,
    category_name,
    deed_words,
    span_words,
    value_words,
)

#: The place of a change of class among what one deed wrote: last, and only if nothing else says it.
_RECLASS = 9


@dataclass(frozen=True, slots=True)
class Head:
    """The head of the page."""

    id: UUID
    name: str
    sex: str
    age: str
    born: date
    document: str
    phone: str
    unit: str
    household_id: UUID | None
    household: str
    state: str
    chips: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One span of a table: what, from when through when, on what, who wrote it; `id` for what may be ended."""

    id: UUID | None
    what: str
    detail: str
    days: str
    evidence: str
    by: str
    open: bool


@dataclass(frozen=True, slots=True)
class Version:
    """One writing: when, who, what of which thing, before and after."""

    at: str
    instant: str
    by: str
    deed: str
    thing: str
    new: bool
    changes: tuple[tuple[str, str, str], ...]
    until: str


@dataclass(frozen=True, slots=True)
class DeedLine:
    """One entry of the journal as a table shows it."""

    at: str
    deed: str
    by: str
    grounds: str


def home_on(page: PersonPage, on: date) -> ResidenceLine | None:
    """The residence that holds on a day."""
    return next((home for home in page.residences if home.holds(on)), None)


def head_of(page: PersonPage, on: date) -> Head:
    """Name, classes of the day as chips, sex, age, number, unit, household."""
    chips = [(category_name(h.what), "") for h in page.holdings if h.holds(on)]
    chips += [(SURVIVALS[s.what], "amber") for s in page.survivals if s.holds(on)]
    if page.state != "1":
        chips.append((STATES[page.state], "amber"))
    return Head(
        page.id, page.name, SEXES[page.sex], age_words(page.birth_date, on), page.birth_date, page.document, page.phone,
        page.unit_name, page.household_id, page.household_number, STATES[page.state], tuple(chips),
    )  # fmt: skip


def who(entry_id: UUID | None, entries: Mapping[UUID, Deed]) -> str:
    """Who wrote it when."""
    deed = entries.get(entry_id) if entry_id else None
    return f"{deed.staff_name} {minute(deed.at)}" if deed else ""


def entry_ids(page: PersonPage) -> list[UUID]:
    """Every entry the page's spans were written under."""
    spans: Iterable[Span] = (
        *page.memberships, *page.residences, *page.schoolings, *page.covers, *page.holdings, *page.survivals, *page.changes,
    )  # fmt: skip
    return sorted({span.entry_id for span in spans if span.entry_id})


def events_of(
    page: PersonPage, merges: list[MergeLine], entries: Mapping[UUID, Deed], today: date
) -> tuple[Event, ...]:
    """The time line, newest first. What one deed wrote for one day is one line."""
    told: dict[tuple[date, UUID | None], list[tuple[int, str, str]]] = defaultdict(list)
    for span in page.changes:
        told[span.from_on or page.birth_date, span.entry_id].append(
            (_RECLASS if span.what == "27" else 0, _change_label(span), span.detail)
        )
    for home in page.residences:
        detail = "·".join(
            part
            for part in (RESIDENCES[home.what], home.works_in_name and f"务工 {home.works_in_name}")
            if part
        )
        told[home.from_on or page.birth_date, home.entry_id].append((2, f"登记在{home.unit_name}", detail))
    for span in page.memberships:
        told[span.from_on or page.birth_date, span.entry_id].append(
            (3, f"家庭关系：{RELATIONS[span.what]}", "")
        )
    for from_on, entry_id, what, detail in _begun_and_ended(page):
        told[from_on, entry_id].append((1, what, detail))
    found = [_event(on, parts, who(entry_id, entries), today) for (on, entry_id), parts in told.items()]
    found += [_merge_event(merge, page.id) for merge in merges]
    found.sort(key=lambda event: event.on, reverse=True)
    return tuple(found)


def _change_label(span: Span) -> str:
    label = next((edge.label for edge in EDGES if edge.kind == span.what and edge.label == span.detail), "")
    return label or CHANGES[span.what]


def _begun_and_ended(page: PersonPage) -> Iterable[tuple[date, UUID | None, str, str]]:
    for cover in page.covers:
        name = INSURANCES[cover.what]
        where = "·".join(part for part in (cover.detail, cover.evidence) if part)
        yield cover.from_on or page.birth_date, cover.entry_id, f"{name} 开始", where
        if cover.through_on:
            yield cover.through_on, cover.entry_id, f"{name} 终止", where
    for held in page.holdings:
        name, body = category_name(held.what), BODIES.get(held.detail, held.detail)
        if not held.recognised_unknown and held.from_on:
            yield held.from_on, held.entry_id, f"认定 {name}", f"{body}·{held.evidence}"
        if held.through_on:
            yield held.through_on, held.entry_id, f"{name} 终止", body
    for school in page.schoolings:
        yield (
            school.from_on or page.birth_date,
            school.entry_id,
            f"在校：{STAGES[school.what]}",
            school.detail,
        )
    for life in page.survivals:
        yield life.from_on or page.birth_date, life.entry_id, SURVIVALS[life.what], life.detail
        if life.through_on:
            yield life.through_on, life.entry_id, f"{SURVIVALS[life.what]} 结束", ""


def _event(on: date, parts: list[tuple[int, str, str]], by: str, today: date) -> Event:
    parts.sort(key=lambda part: part[0])
    # that the class changed is said by the class itself
    parts = [part for part in parts if part[0] != _RECLASS] or parts
    first, *others = parts
    detail = [first[2]] if first[2] and first[2] != first[1] else []
    detail += ["·".join(part for part in other[1:] if part) for other in others]
    return Event(day(on), first[1], "；".join(detail), "next" if on > today else "happened", by)


def _merge_event(merge: MergeLine, resident_id: UUID) -> Event:
    outcome = {"waiting": "等待复核", "approved": "已同意", "refused": "已退回"}[merge.outcome]
    kind = "合并" if merge.kind == "merge" else "拆分"
    side = "保留这份记录" if merge.kept_id == resident_id else "并入另一份记录"
    asked = f"{merge.asked_by_name} 提出：{merge.grounds}"
    decided = f"；{merge.decided_by_name} {outcome} {minute(merge.decided_at)}" if merge.decided_at else ""
    return Event(
        day(merge.decided_at or merge.asked_at),
        f"{kind}（{outcome}）",
        f"{side if kind == '合并' else ''} {asked}{decided}".strip(),
    )


def lines_of(page: PersonPage, entries: Mapping[UUID, Deed]) -> dict[str, tuple[Line, ...]]:
    """The spans by kind, newest first."""

    def line(span: Span, what: str, detail: str = "", evidence: str = "") -> Line:
        days = span_words(span.from_on, span.through_on)
        if isinstance(span, HoldingLine) and span.recognised_unknown:
            days = "认定日不详" + (f"，至 {span.through_on}" if span.through_on else "")
        return Line(
            span.id, what, detail, days, evidence, who(span.entry_id, entries), span.through_on is None
        )

    places = []
    for home in page.residences:
        parts = (
            home.detail and f"户籍 {home.detail}",
            home.permit_until and f"居住证到 {home.permit_until}",
            home.works_in_name and f"务工 {home.works_in_name}",
        )
        places.append(
            line(home, f"{home.unit_name}·{RESIDENCES[home.what]}", "·".join(p for p in parts if p))
        )
    return {
        "covers": tuple(line(c, INSURANCES[c.what], c.detail, c.evidence) for c in reversed(page.covers)),
        "classes": tuple(
            line(h, category_name(h.what), BODIES.get(h.detail, h.detail), h.evidence)
            for h in reversed(page.holdings)
        ),
        "homes": tuple(reversed(places)),
        "schools": tuple(line(s, STAGES[s.what], s.detail) for s in reversed(page.schoolings)),
        "survivals": tuple(line(s, SURVIVALS[s.what], "", s.detail) for s in reversed(page.survivals)),
        "changes": tuple(
            Line(
                s.id,
                label,
                "" if s.detail == label else s.detail,
                day(s.from_on),
                "",
                who(s.entry_id, entries),
                False,
            )
            for s in reversed(page.changes)
            for label in [_change_label(s)]
        ),
    }


def versions_of(found: tuple[Written, ...], entries: Mapping[UUID, Deed]) -> tuple[Version, ...]:
    """What was written when, newest first."""
    return tuple(
        Version(
            minute(one.at),
            one.at.isoformat(),
            deed.staff_name if deed else "",
            deed_words(deed.action) if deed else "",
            THINGS.get(one.thing, one.thing),
            one.new,
            tuple(
                (FIELDS.get(name, name), value_words(name, old), value_words(name, new))
                for name, old, new in one.changes
            ),
            "" if one.until is None else minute(one.until),
        )
        for one in found
        for deed in [entries.get(one.entry_id) if one.entry_id else None]
    )


def deeds_of(found: list[Deed], *, watcher: bool, known_at: datetime | None) -> tuple[DeedLine, ...]:
    """The journal of the person; who looked at the number is for those who keep watch."""
    return tuple(
        DeedLine(minute(d.at), deed_words(d.action), d.staff_name, d.grounds)
        for d in found
        if (watcher or d.action != "resident.unmask") and (known_at is None or d.at <= known_at)
    )


def differences(one: PersonPage, other: PersonPage) -> tuple[tuple[str, str, str, bool], ...]:
    """Two records side by side: field, one, the other, whether they differ."""

    def side(page: PersonPage) -> dict[str, Any]:
        years = page.insured_years
        return {
            "姓名": page.name,
            "性别": SEXES[page.sex],
            "出生日期": page.birth_date.isoformat(),
            "证件号码": page.document or "没有",
            "电话": page.phone or "没有",
            "登记单位": page.unit_name,
            "户号": page.household_number or "没有",
            "参保状态": STATES[page.state],
            "以往参保年度": "不清楚" if years is None else "、".join(map(str, years)) or "没有",
            "人员类别": "、".join(category_name(h.what) for h in page.holdings) or "没有",
            "参保经历": f"{len(page.covers)} 段",
        }

    left, right = side(one), side(other)
    return tuple((name, left[name], right[name], left[name] != right[name]) for name in left)


def would_move(kept: PersonPage, gone: PersonPage) -> tuple[tuple[str, str, str], ...]:
    """What of `gone` goes over to `kept` and what stays, as `actions.merges` does it: thing, what, where it goes."""
    kinds: tuple[tuple[str, tuple[Span, ...], tuple[Span, ...], Any, bool], ...] = (
        ("家庭", kept.memberships, gone.memberships, RELATIONS.get, False),
        ("户籍与居住", kept.residences, gone.residences, RESIDENCES.get, False),
        ("在校", kept.schoolings, gone.schoolings, STAGES.get, False),
        ("参保经历", kept.covers, gone.covers, INSURANCES.get, False),
        ("人员类别", kept.holdings, gone.holdings, category_name, True),
        ("生存状态", kept.survivals, gone.survivals, SURVIVALS.get, False),
    )
    found = []
    for thing, has, brings, named, alike in kinds:
        for span in brings:
            rivals = [one for one in has if not alike or one.what == span.what]
            clash = any(_overlap(span, one) for one in rivals)
            words = f"{named(span.what)}（{span_words(span.from_on, span.through_on)}）"
            found.append((thing, words, "留在原处，保留的一份同期已有" if clash else "移到保留的一份"))
    return tuple(found)


def _overlap(one: Span, other: Span) -> bool:
    def starts_by(first: Span, second: Span) -> bool:
        return first.from_on is None or second.through_on is None or first.from_on <= second.through_on

    return starts_by(one, other) and starts_by(other, one)
