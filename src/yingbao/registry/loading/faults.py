"""What is wrong with a row of a load: data, never an exception."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

#: Outcome codes and what they mean; those of `KEPT` leave the person in and only a part out.
OUTCOMES: Final = {
    "form-invalid": "一项填写有误，此人没有装入",
    "unit-unknown": "单位没有登记或重名，此人没有装入",
    "household-missing": "没有户号，此人没有装入",
    "household-taken": "户号已由别的单位使用，此人没有装入",
    "two-heads": "同一户的第二个户主，此人没有装入",
    "document-twice": "证件号码在文件里重复，后一人没有装入",
    "document-taken": "证件号码已经登记，此人没有再次装入",
    "already-there": "没有证件号码，这一户已有同名同生日的人，没有再次装入",
    "head-missing": "缺户主，其余的人已装入",
    "class-unknown": "人员类别没有登记，此人已装入，这一项没有",
    "span-reversed": "止期早于起期，此人已装入，这一段没有",
    "span-before-birth": "日期早于出生日期，此人已装入，这一段没有",
    "span-overlap": "时段重叠，此人已装入，后一段没有",
}
KEPT: Final = frozenset(
    {"head-missing", "class-unknown", "span-reversed", "span-before-birth", "span-overlap"}
)


@dataclass(frozen=True, slots=True)
class Fault:
    """`row` counts from 0 within the file; `place` is the column; the sentence carries no number and no name."""

    row: int
    outcome: str
    place: str
    sentence: str
