"""What is known about one person on the day a payment is judged. `UNKNOWN` is a value of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Any, Final, Literal, TypeAlias


class Unknown(Enum):
    """The type of `UNKNOWN`: asked for, and not known."""

    UNKNOWN = "unknown"

    def __bool__(self) -> bool:
        return False


UNKNOWN: Final = Unknown.UNKNOWN

DateFact: TypeAlias = date | None | Unknown
CodeFact: TypeAlias = str | None | Unknown
Kind: TypeAlias = Literal["date", "code", "flag", "number", "years", "spans", "classes"]


@dataclass(frozen=True, slots=True)
class FactSpec:
    """One fact: its kind, the words people use for it, and what its absence means."""

    name: str
    kind: Kind
    label: str
    absent: Literal["unknown", "none"]
    values: tuple[str, ...] = ()


RESIDENCE = ("hukou", "residence_permit", "enrolled_student", "resident_without_permit")
STUDENT = ("kindergarten", "primary", "junior", "senior", "vocational", "university", "freshman")

_SPECS = (
    FactSpec("birth_date", "date", "出生日期", "unknown"),
    FactSpec("sex", "code", "性别", "unknown", ("male", "female")),
    FactSpec("residence", "code", "户籍或居住情况", "unknown", RESIDENCE),
    FactSpec("hukou_unit", "code", "户籍所在单位", "none"),
    FactSpec("unit", "code", "参保登记单位", "none"),
    FactSpec("works_in", "code", "务工单位或园区", "none"),
    FactSpec("permit_until", "date", "居住证有效期止", "none"),
    FactSpec("student", "code", "在校阶段", "none", STUDENT),
    FactSpec("school", "code", "学校", "none"),
    FactSpec("tier", "code", "选择的缴费档次", "unknown"),
    FactSpec("periods", "number", "一次缴几期", "unknown"),
    FactSpec("insured_years", "years", "以往参保年度", "unknown"),
    FactSpec("repaid_years", "years", "已补缴年度", "none"),
    FactSpec("employee_cover", "spans", "职工医保参保情况", "none"),
    FactSpec("elsewhere_cover", "spans", "异地居民医保参保情况", "none"),
    FactSpec("employee_cover_end", "date", "职工医保终止日", "none"),
    FactSpec("categories", "classes", "人员类别", "none"),
    FactSpec("discharged_on", "date", "退出现役日", "none"),
    FactSpec("military_dependant", "flag", "部队随军未就业家属", "none"),
    FactSpec("parent_insured", "flag", "父母已参保", "unknown"),
    FactSpec("died_on", "date", "死亡日", "none"),
    FactSpec("imprisoned_on", "date", "入狱服刑日", "none"),
    FactSpec("released_on", "date", "刑满释放日", "none"),
    FactSpec("enlisted_on", "date", "入伍日", "none"),
)
FACTS: Final[Mapping[str, FactSpec]] = {spec.name: spec for spec in _SPECS}
#: Facts that are worked out from others, not given.
DERIVED: Final = frozenset({"employee_cover_end"})


@dataclass(frozen=True, slots=True)
class Span:
    """A dated cover, both days included; None is open."""

    from_on: date | None
    until_on: date | None

    def active(self, day: date) -> bool:
        """Whether `day` lies in the span."""
        after = self.from_on is None or self.from_on <= day
        return after and (self.until_on is None or day <= self.until_on)


@dataclass(frozen=True, slots=True)
class Holding:
    """A class held from recognition to its last day (both included); None is long ago, or still."""

    code: str
    recognised_on: date | None = None
    ended_on: date | None = None

    def held(self, day: date) -> bool:
        """Whether the class is held on `day`."""
        since = self.recognised_on is None or self.recognised_on <= day
        return since and (self.ended_on is None or day <= self.ended_on)


@dataclass(frozen=True, slots=True)
class Person:
    """The facts of one person. Dates of events are None where nothing of the kind happened.

    `unrecognised` lists class spellings nobody could place: while it is not empty no class test that fails
    can be called false. `custom` holds the facts a release declares for itself.
    """

    person_id: str = ""
    birth_date: date | Unknown = UNKNOWN
    sex: CodeFact = UNKNOWN
    residence: CodeFact = UNKNOWN
    hukou_unit: CodeFact = None
    unit: CodeFact = None
    works_in: CodeFact = None
    permit_until: DateFact = None
    student: CodeFact = None
    school: CodeFact = None
    tier: CodeFact = UNKNOWN
    periods: int | None | Unknown = UNKNOWN
    insured_years: frozenset[int] | Unknown = UNKNOWN
    repaid_years: frozenset[int] | Unknown = frozenset()
    employee_cover: tuple[Span, ...] | Unknown = ()
    elsewhere_cover: tuple[Span, ...] | Unknown = ()
    categories: tuple[Holding, ...] | Unknown = ()
    unrecognised: tuple[str, ...] = ()
    discharged_on: DateFact = None
    military_dependant: bool | None | Unknown = False
    parent_insured: bool | None | Unknown = UNKNOWN
    died_on: DateFact = None
    imprisoned_on: DateFact = None
    released_on: DateFact = None
    enlisted_on: DateFact = None
    custom: Mapping[str, Any] = field(default_factory=dict)

    def value(self, fact: str) -> Any:
        """The value of a given (not derived) fact, standard or custom; absent custom facts are unknown."""
        if fact in FACTS:
            return getattr(self, fact)
        return self.custom.get(fact, UNKNOWN)


def last_end(spans: tuple[Span, ...] | Unknown, day: date) -> DateFact:
    """The last day of the latest cover that ended before `day`; None while one is active or none ended."""
    if isinstance(spans, Unknown):
        return UNKNOWN
    if any(span.active(day) for span in spans):
        return None
    ends = [span.until_on for span in spans if span.until_on is not None and span.until_on < day]
    return max(ends, default=None)


def lapsed_years(person: Person, benefit_year: int, since: int | None) -> int | Unknown:
    """Whole benefit years without basic cover between the last insured year and `benefit_year`.

    0 for a person never insured before (a first enrolment is no lapse). `since`: earlier years do not
    count. A last day of employee cover in year Y proves cover in Y.
    """
    years = person.insured_years
    spans = person.employee_cover
    newest: int | None = None
    if spans and not isinstance(spans, Unknown):
        newest = max(min(s.until_on.year, benefit_year) if s.until_on else benefit_year for s in spans)
    if isinstance(years, Unknown):
        if newest is None or newest < benefit_year - 1:
            return UNKNOWN
        return 0
    known = [year for year in years if year < benefit_year]
    if newest is not None:
        known.append(newest)
    if not known:
        return 0
    first_lapsed = max(max(known) + 1, since if since is not None else 0)
    return max(0, benefit_year - first_lapsed)
