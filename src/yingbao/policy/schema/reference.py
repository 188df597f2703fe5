"""What a notice also fixes and nothing computes with: units, targets, calendar, channels, phones, figures."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from yingbao.policy.schema.quantities import Day, Model, People, Percent, Rule
from yingbao.policy.schema.when import When

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")


class Unit(Model):
    """A unit that reports: a town, a county, a headquarters that acts as one. Its key is the printed name."""

    code: str | None = None
    kind: Literal["town", "township", "street", "headquarters", "county", "district", "city"] = "town"
    number: People | None = None


class Assignment(Rule):
    """A farm, station or park whose people are managed by a unit, perhaps by where their hukou lies.

    `to` and the values of `by_hukou` are names of units; the keys of `by_hukou` are where the hukou lies.
    """

    name: str
    to: str | None = None
    by_hukou: dict[str, str] | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.to is None) == (self.by_hukou is None):
            raise ValueError("归属写 to（归哪个单位）或 by_hukou（按户籍所在地）其中之一")
        return self


class Units(Rule):
    """The reporting units, each with its number; `counts` says what the number is."""

    counts: Literal["plan", "target", "should_insure", "none"]
    total: People | None = None
    of: dict[str, Unit] = Field(default_factory=dict)
    assignments: dict[str, Assignment] = Field(default_factory=dict)


class Target(Rule):
    """A number to reach, a rate not to fall below, last year's figure not to fall below, or left to be set.

    `classes`: whom it is about; empty is everybody. `per_unit`: the numbers stand in `units`.
    """

    kind: Literal["number", "rate", "not_below_last_year", "growing", "base_and_incentive", "issued_later"]
    of: str
    number: People | None = None
    rate: Percent | None = None
    classes: list[str] = Field(default_factory=list)
    per_unit: bool = False
    excludes: list[Literal["enlisted", "imprisoned", "died"]] = Field(default_factory=list)


class CalendarEntry(Rule):
    """When something is due: a weekly, monthly or yearly report, or one day."""

    name: str
    kind: Literal["weekly", "monthly", "yearly", "periodic", "once"]
    weekday: Literal["monday", "tuesday", "wednesday", "thursday", "friday"] | None = None
    by_time: str | None = None
    on: Day | None = None
    from_: Day | None = Field(None, alias="from")
    through: Day | None = None
    to: str | None = None
    by: list[str] = Field(default_factory=list)
    holidays: Literal["report_all_the_same", "next_working_day", "not_printed"] = "not_printed"

    def days(self) -> tuple[date, ...]:
        """The printed days: the one day, or each such weekday of the span. Empty where no day is printed.

        Holidays do not move a day; `holidays` says what the notice prints about them.
        """
        if self.on is not None:
            return (self.on,)
        if self.weekday is None or self.from_ is None or self.through is None:
            return ()
        first = self.from_ + timedelta(days=(WEEKDAYS.index(self.weekday) - self.from_.weekday()) % 7)
        return tuple(first + timedelta(days=n) for n in range(0, (self.through - first).days + 1, 7))


class Channel(Rule):
    """A way to pay, or to be paid for. `steps` in order, where they are printed."""

    name: str
    kind: Literal["online", "counter", "agent", "withholding", "terminal", "family_account", "school"]
    operators: list[str] = Field(default_factory=list)
    relatives: list[str] = Field(default_factory=list)
    steps: list[str] = Field(default_factory=list)


class Phone(Rule):
    """A number people may call, as printed."""

    name: str
    number: str
    where: str | None = None
    serves: list[str] = Field(default_factory=list)


class Duty(Rule):
    """Who must do what."""

    who: str


class Figure(Rule):
    """A figure that is shown and printed, never computed with: a ratio, a cap, an amount."""

    name: str
    value: str


class Provider(Rule):
    """Which department hands in which classes, and how often."""

    department: str
    classes: list[str] = Field(default_factory=list)
    cadence: str = "未印"
    by: Day | None = None


class Document(Model):
    """A document of the register. `clauses` lists what may be cited, each with its subject."""

    title: str
    issuer: str
    number: str | None = None
    issued_on: Day | None = None
    forwards: list[str] = Field(default_factory=list)
    rests_on: list[str] = Field(default_factory=list)
    at_hand: bool = True
    regions: list[str] = Field(default_factory=list, description="只在这些地区有效；空为不限")
    note: str = ""
    clauses: dict[str, str] = Field(default_factory=dict)


class Category(Model):
    """A class of person: printed name, other spellings, the wider class it is part of, who certifies."""

    name: str
    spellings: list[str] = Field(default_factory=list)
    part_of: str | None = None
    certified_by: str = "other"
    platform: str | None = None


class CustomFact(Model):
    """A fact this release asks for beyond the standard ones."""

    kind: Literal["date", "code", "flag", "number"]
    label: str
    values: list[str] = Field(default_factory=list)
    absent: Literal["unknown", "none"] = "unknown"


class NamedCondition(Model):
    """A condition several rules share."""

    when: When
    says: str = ""


class Expected(Model):
    """What an example must come to; only the keys given are compared."""

    allowed: bool | None = None
    standard: str | None = None
    due: str | None = None
    subsidies: dict[str, str] | None = None
    start: Day | None = None
    end: Day | None = None
    waiting_days: int | None = None
    later_transfer: str | None = None
    window: str | None = None
    missing: list[str] | None = None


class Example(Model):
    """A worked case: a person on a payment day, and the answer worked by hand from the clause."""

    title: str
    on: Day
    person: dict[str, Any] = Field(default_factory=dict)
    classes: list[Any] = Field(default_factory=list)
    answer: Expected
