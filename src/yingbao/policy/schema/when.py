"""`when:` — a condition as a mapping from fact to test; all keys must hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from yingbao.policy.schema.quantities import Day, DayOrPayment, Length, Model

CodeList = str | list[str]


class DateTestSpec(Model):
    """What a dated fact must satisfy; both ends inclusive.

    `within` counts from the date to the payment day, day 0 being the date itself; `strict` leaves out the last
    day (未满). `beyond` is the opposite side. `year` is short for its first and last day. `known: false` asks
    that no such event be on record.
    """

    from_: DayOrPayment | None = Field(None, alias="from")
    through: DayOrPayment | None = None
    year: int | None = None
    same_year: bool = Field(False, description="与缴费日同一公历年")
    within: Length | None = None
    strict: bool = False
    beyond: Length | None = None
    known: bool = True


class AgeSpec(Model):
    """Full years of age; `on` a date or the payment day (the release's convention if left out)."""

    at_least: int | None = None
    under: int | None = None
    on: DayOrPayment | None = None


class YearsSpec(Model):
    """Which benefit years the set contains."""

    any_of: list[int] | None = None
    all_of: list[int] | None = None
    none_of: list[int] | None = None


class NumberSpec(Model):
    """A whole number between bounds, both included."""

    at_least: int | None = None
    at_most: int | None = None


class SpanSpec(Model):
    """A dated cover is active on a day."""

    active_on: DayOrPayment

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        return {"active_on": "payment"} if value == "active" else value


class ClassSpec(Model):
    """One of the classes is held on the payment day, and was recognised as asked."""

    any_of: list[str]
    recognised: DateTestSpec | None = None

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"any_of": [value]}
        return {"any_of": value} if isinstance(value, list) else value


class PaymentSpec(Model):
    """The payment day."""

    from_: Day | None = Field(None, alias="from")
    through: Day | None = None
    days_of_month: tuple[int, int] | None = None


class When(Model):
    """A condition. Keys are facts (policy.facts) and `all`, `any`, `not`, `is` (a named condition), `custom`."""

    all: list[When] | None = None
    any: list[When] | None = None
    not_: When | None = Field(None, alias="not")
    is_: CodeList | None = Field(None, alias="is")
    class_: ClassSpec | None = Field(None, alias="class")
    payment: PaymentSpec | None = None
    age: AgeSpec | None = None
    sex: Literal["male", "female"] | None = None
    residence: CodeList | None = None
    hukou_unit: CodeList | None = None
    unit: CodeList | None = None
    works_in: CodeList | None = None
    student: CodeList | None = None
    school: CodeList | None = None
    tier: CodeList | None = None
    periods: NumberSpec | None = None
    birth_date: DateTestSpec | None = None
    permit_until: DateTestSpec | None = None
    discharged_on: DateTestSpec | None = None
    employee_cover_end: DateTestSpec | None = None
    died_on: DateTestSpec | None = None
    imprisoned_on: DateTestSpec | None = None
    released_on: DateTestSpec | None = None
    enlisted_on: DateTestSpec | None = None
    military_dependant: bool | None = None
    parent_insured: bool | None = None
    employee_cover: Literal["none"] | SpanSpec | None = None
    elsewhere_cover: Literal["none"] | SpanSpec | None = None
    insured_years: YearsSpec | None = None
    repaid_years: YearsSpec | None = None
    lapsed_years: NumberSpec | None = None
    first_time: bool | None = None
    custom: Mapping[str, Any] | None = None

    @field_validator("residence", "hukou_unit", "unit", "works_in", "student", "school", "tier", "is_")
    @classmethod
    def _as_list(cls, value: CodeList | None) -> CodeList | None:
        return [value] if isinstance(value, str) else value


CODE_FACTS = ("residence", "hukou_unit", "unit", "works_in", "student", "school", "tier")
DATE_FACTS = (
    "birth_date",
    "permit_until",
    "discharged_on",
    "employee_cover_end",
    "died_on",
    "imprisoned_on",
    "released_on",
    "enlisted_on",
)
FLAG_FACTS = ("military_dependant", "parent_insured")
SPAN_FACTS = ("employee_cover", "elsewhere_cover")
