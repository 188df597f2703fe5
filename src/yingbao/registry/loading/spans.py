"""Insurance, classes, deaths and the like of a batch: what can be told is kept, what cannot is listed and not known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from yingbao.registry.loading.faults import Fault
from yingbao.registry.states import EMPLOYEE, RESIDENT

_ONE_DAY: Final = timedelta(days=1)
#: Where a resident insurance elsewhere is held: the file does not say.
ELSEWHERE: Final = "外地"
COVER: Final = pa.schema(
    [
        ("person", pa.int32()),
        ("insurance", pa.string()),
        ("place", pa.string()),
        ("lower", pa.date32()),
        ("upper", pa.date32()),
    ]
)
HOLDING: Final = pa.schema(
    [
        ("person", pa.int32()), ("category", pa.string()), ("certified_by", pa.string()),
        ("recognised_unknown", pa.bool_()), ("lower", pa.date32()), ("upper", pa.date32()),
    ]
)  # fmt: skip
SURVIVAL: Final = pa.schema(
    [("person", pa.int32()), ("status", pa.string()), ("lower", pa.date32()), ("upper", pa.date32())]
)
_COVERS: Final = (
    ("employee_cover", EMPLOYEE, "", "职工医保"),
    ("elsewhere_cover", RESIDENT, ELSEWHERE, "异地居民医保"),
)
_EVENTS: Final = ("died_on", "imprisoned_on", "released_on", "enlisted_on")
_NAMES: Final = {
    "died_on": "死亡日",
    "imprisoned_on": "服刑日",
    "released_on": "刑满释放日",
    "enlisted_on": "入伍日",
}
Period = tuple[date | None, date | None]


@dataclass(frozen=True, slots=True)
class Class:
    """A class the file may speak of: its code and who certifies it."""

    code: str
    certified_by: str


@dataclass(slots=True)
class Lives:
    """Rows by table, each led by the person's place in the batch; `unknown` are facts of which a part was left out."""

    rows: Any
    births: Any
    covers: list[tuple[Any, ...]] = field(default_factory=list)
    holdings: list[tuple[Any, ...]] = field(default_factory=list)
    survivals: list[tuple[Any, ...]] = field(default_factory=list)
    unknown: dict[int, list[str]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def leave_out(self, person: int, outcome: str, fact: str, sentence: str) -> None:
        """Note a part that cannot be kept."""
        self.faults.append(Fault(int(self.rows[person]), outcome, fact, sentence))
        self.unknown.setdefault(person, []).append(fact)

    def born(self, person: int) -> date:
        """The birth date of a person of the batch."""
        born: date = self.births[person].as_py()
        return born


def lives_of(table: Any, rows: Any, spellings: Mapping[str, Class]) -> Lives:
    """What the list and event columns of a batch say. `rows` are the file's; `spellings` knows every class met."""
    lives = Lives(rows, table["birth_date"])
    _covers(table, lives)
    _holdings(table, spellings, lives)
    _survivals(table, lives)
    return lives


def as_table(schema: Any, rows: list[tuple[Any, ...]]) -> Any:
    """Rows as a table of Arrow."""
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    return pa.table([pa.array(c, f.type) for c, f in zip(columns, schema, strict=True)], schema=schema)


def _unnested(column: Any, *fields: str) -> Iterator[tuple[Any, ...]]:
    """(person, …) of each element of a list column, in order."""
    lists = column.combine_chunks()
    elements = lists.flatten()
    if len(elements) == 0:
        return
    parents = pc.list_parent_indices(lists).to_pylist()
    yield from zip(parents, *(elements.field(name).to_pylist() for name in fields), strict=True)


def _covers(table: Any, lives: Lives) -> None:
    taken: dict[int, list[Period]] = {}
    for fact, insurance, place, label in _COVERS:
        for person, from_on, until_on in _unnested(table[fact], "from_on", "until_on"):
            period = (from_on, None if until_on is None else until_on + _ONE_DAY)
            if _wrong(lives, person, fact, label, period):
                continue
            held = taken.setdefault(person, [])
            if any(_overlap(period, other) for other in held):
                lives.leave_out(
                    person,
                    "span-overlap",
                    fact,
                    f"{label} {_said(period)} 与前一段参保重叠，一人同一天只能有一份，请核对起止",
                )
                continue
            held.append(period)
            lives.covers.append((person, insurance, place, *period))


def _holdings(table: Any, spellings: Mapping[str, Class], lives: Lives) -> None:
    taken: dict[tuple[int, str], list[Period]] = {}
    for person, spelling, from_on, ended_on in _unnested(
        table["categories"], "class", "recognised_on", "ended_on"
    ):
        known = spellings.get(spelling or "")
        if known is None:
            lives.leave_out(
                person,
                "class-unknown",
                "categories",
                f"人员类别“{spelling or ''}”没有登记，请核对写法后手工认定",
            )
            continue
        period = (from_on or lives.born(person), None if ended_on is None else ended_on + _ONE_DAY)
        if _wrong(lives, person, "categories", "人员类别", period):
            continue
        held = taken.setdefault((person, known.code), [])
        if any(_overlap(period, other) for other in held):
            lives.leave_out(
                person, "span-overlap", "categories", f"同一类别写了两次（{_said(period)}），时段重叠，请核对"
            )
            continue
        held.append(period)
        lives.holdings.append((person, known.code, known.certified_by, from_on is None, *period))


def _wrong(lives: Lives, person: int, fact: str, label: str, period: Period) -> bool:
    lower, upper = period
    if lower is not None and upper is not None and upper <= lower:
        lives.leave_out(
            person, "span-reversed", fact, f"{label}的止期 {upper - _ONE_DAY} 早于起期 {lower}，请核对"
        )
        return True
    born = lives.born(person)
    if lower is not None and lower < born:
        lives.leave_out(
            person, "span-before-birth", fact, f"{label}的起期 {lower} 早于出生日期 {born}，请核对"
        )
        return True
    return False


def _survivals(table: Any, lives: Lives) -> None:
    happened = np.zeros(table.num_rows, np.bool_)
    for name in _EVENTS:
        happened |= table[name].is_valid().to_numpy()
    at = np.flatnonzero(happened)
    events = table.select([*_EVENTS, "discharged_on"]).take(pa.array(at)).to_pylist()
    for person, event in zip(at.tolist(), events, strict=True):
        _events_of(person, event, lives)


def _events_of(person: int, event: dict[str, Any], lives: Lives) -> None:
    """A death ends whatever was; a term in prison ends with the release, service with the discharge."""
    born = lives.born(person)
    for name in _EVENTS:
        if event[name] is not None and event[name] < born:
            lives.leave_out(
                person, "span-before-birth", name, f"{_NAMES[name]} {event[name]} 早于出生日期 {born}，请核对"
            )
            event[name] = None
    died = event["died_on"]
    kept: list[tuple[str, Period]] = []
    if died is not None:
        kept.append(("died", (died, None)))
    released = _released(person, event, lives)
    if event["imprisoned_on"] is not None:
        kept.append(("imprisoned", (event["imprisoned_on"], _until(released, died))))
    discharged = event["discharged_on"]
    if event["enlisted_on"] is not None:
        own = discharged if discharged is not None and discharged >= event["enlisted_on"] else None
        kept.append(("enlisted", (event["enlisted_on"], _until(own, died))))
    written: list[Period] = []
    for status, period in kept:
        since, ends = period
        empty = since is not None and ends is not None and ends <= since
        if empty or any(_overlap(period, other) for other in written):
            fact = f"{status}_on"
            lives.leave_out(
                person,
                "span-overlap",
                fact,
                f"{_NAMES[fact]} {since} 与另一项死亡、服刑、参军重叠，请核对",
            )
            continue
        written.append(period)
        lives.survivals.append((person, status, *period))


def _released(person: int, event: dict[str, Any], lives: Lives) -> date | None:
    released, since, died = event["released_on"], event["imprisoned_on"], event["died_on"]
    if released is None:
        return None
    said: date = released
    if since is None:
        lives.leave_out(
            person, "span-reversed", "released_on", f"有刑满释放日 {said}，没有服刑日，请补上服刑日"
        )
    elif said < since:
        lives.leave_out(
            person, "span-reversed", "released_on", f"刑满释放日 {said} 早于服刑日 {since}，请核对"
        )
    elif died is not None and said >= died:
        lives.leave_out(
            person, "span-overlap", "released_on", f"刑满释放日 {said} 不早于死亡日 {died}，请核对"
        )
    else:
        return said
    return None


def _until(last: date | None, died: date | None) -> date | None:
    """The first day a situation no longer holds."""
    ends = [end for end in (None if last is None else last + _ONE_DAY, died) if end is not None]
    return min(ends, default=None)


def _overlap(one: Period, other: Period) -> bool:
    before = one[1] is not None and other[0] is not None and one[1] <= other[0]
    after = other[1] is not None and one[0] is not None and other[1] <= one[0]
    return not before and not after


def _said(period: Period) -> str:
    lower, upper = period
    since = "很早以前" if lower is None else str(lower)
    return f"{since} 起" if upper is None else f"{since} 至 {upper - _ONE_DAY}"
