"""Quantities as a notice prints them, unit included: 380元, 90%, 90日, 3个月. And where a rule comes from."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer, WithJsonSchema

from yingbao.kernel.dates import Duration, parse_date
from yingbao.kernel.money import fen_from_yuan, rate_bp_from_text
from yingbao.kernel.refusal import Refusal


class Model(BaseModel):
    """Every section: frozen, and a key it does not know is an error, not a remark."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


def _reader(read: Callable[[Any], Any]) -> BeforeValidator:
    """A kernel parser as a pydantic validator: its refusal becomes the error at the value's place."""

    def validate(value: Any) -> Any:
        try:
            return read(value)
        except Refusal as refusal:
            raise ValueError(str(refusal)) from refusal

    return BeforeValidator(validate)


def _yuan(value: Any) -> Any:
    if isinstance(value, str) and value.strip().endswith("元"):
        return fen_from_yuan(value)
    raise ValueError(f"金额“{value}”要写明单位，例如 380元、121.6元")


def _percent(value: Any) -> Any:
    if isinstance(value, str) and value.strip().endswith("%"):
        return rate_bp_from_text(value)
    raise ValueError(f"比例“{value}”要写成百分数，例如 90%、12.5%")


def _duration(value: Any) -> Any:
    if isinstance(value, Duration):
        return value
    if isinstance(value, str):
        return Duration.parse(value)
    raise ValueError(f"时长“{value}”要写明单位，例如 90日、3个月")


def _day(value: Any) -> Any:
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        return parse_date(value)
    raise ValueError(f"日期“{value}”要写成 2024-12-25 的样子")


def _day_or_payment(value: Any) -> Any:
    return value if value == "payment" else _day(value)


def _count_text(value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and (match := re.fullmatch(r"([\d,]+)\s*人", value.strip())):
        return int(match.group(1).replace(",", ""))
    raise ValueError(f"人数“{value}”要写成整数，或 29500人")


#: Fen, written in yuan with the unit.
Yuan = Annotated[
    int, _reader(_yuan), WithJsonSchema({"type": "string", "pattern": r"^[\d,]+(\.\d{1,2})?元$"})
]
#: Basis points, written in percent.
Percent = Annotated[
    int, _reader(_percent), WithJsonSchema({"type": "string", "pattern": r"^\d+(\.\d{1,2})?%$"})
]
#: Days or months.
Length = Annotated[
    Duration,
    _reader(_duration),
    PlainSerializer(str),
    WithJsonSchema({"type": "string", "pattern": r"^\d+(日|天|个月|月|年)$"}),
]
Day = Annotated[date, _reader(_day), WithJsonSchema({"type": "string", "format": "date"})]
DayOrPayment = Annotated[
    Any,
    _reader(_day_or_payment),
    WithJsonSchema({"anyOf": [{"type": "string", "format": "date"}, {"const": "payment"}]}),
]
People = Annotated[int, _reader(_count_text), WithJsonSchema({"type": ["integer", "string"]})]


@dataclass(frozen=True, slots=True)
class Source:
    """A document by its key in the register, and a clause of it as the register lists it."""

    document: str
    clause: str

    def __str__(self) -> str:
        return f"{self.document} {self.clause}".strip()


def clause_key(text: str) -> str:
    """One spelling for a clause: half-width brackets, no spaces."""
    return text.replace("（", "(").replace("）", ")").replace(" ", "").strip()


def _sources(value: Any) -> Any:
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not all(isinstance(text, str | Source) for text in texts) or not texts:
        raise ValueError("出处要写成“文号 条款”，例如 甘医保发〔2024〕54号 五(一)；多处用列表")
    found = []
    for text in texts:
        if isinstance(text, Source):
            found.append(text)
            continue
        document, _, clause = text.strip().partition(" ")
        if not clause.strip():
            raise ValueError(f"出处“{text}”缺条款：应为“文号 条款”，中间空一格")
        found.append(Source(document, clause_key(clause)))
    return tuple(found)


Sources = Annotated[
    tuple[Source, ...],
    BeforeValidator(_sources),
    PlainSerializer(lambda sources: [str(source) for source in sources]),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]


class Checked(Model):
    """Who looked at the rule against the document, and when it still held."""

    by: str
    on: Day


class Rule(Model):
    """What every rule carries: where it stands, and what it says in our own words.

    `override` is the reason a narrower layer gives for changing a rule of the wider one.
    """

    source: Sources
    says: str
    checked: Checked | None = None
    override: str | None = None
