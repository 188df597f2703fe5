"""What can be wrong with a policy, said in words a policy officer can use."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import TYPE_CHECKING

from yingbao.kernel.refusal import Invalid, NotFound

if TYPE_CHECKING:
    from yingbao.policy.positions import Place


def suggestion(word: str, known: Iterable[str]) -> str:
    """`，是不是 …？` with the nearest known word, or nothing."""
    near = difflib.get_close_matches(word, sorted(known), n=1)
    return f"，是不是 {near[0]}？" if near else ""


class PolicyFileUnreadable(Invalid):
    """The file cannot be read as YAML at all."""

    code = "policy-file-unreadable"

    def __init__(self, file: str, place: Place | None, problem: str) -> None:
        where = str(place) if place else file
        super().__init__(f"{where}：{problem}", file=file, line=place.line if place else None)


class PolicyInvalid(Invalid):
    """The file is YAML but says something the rule language does not allow; one sentence per fault."""

    code = "policy-invalid"

    def __init__(self, faults: list[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(faults), faults=len(faults))


class UnknownRegion(NotFound):
    """No release answers for this region and benefit year."""

    code = "policy-region-unknown"

    def __init__(self, region: str, year: int, known: list[str]) -> None:
        listed = "、".join(known) or "（没有）"
        super().__init__(
            f"没有 {region} 在 {year} 待遇年度的政策。现有：{listed}。请核对地区代码与年度，或在 policies 目录补写一份。",
            region=region,
            benefit_year=year,
        )


class FactUnusable(Invalid):
    """A fact about a person is not of the form the rule language takes."""

    code = "fact-unusable"

    def __init__(self, fact: str, value: object, wanted: str) -> None:
        self.fact = fact
        super().__init__(f"{fact} 的值“{value}”不能用：{wanted}", fact=fact)


class RuleOverlap(Invalid):
    """Too many combinations of subsidies to be written out as a table."""

    code = "policy-too-many-combinations"

    def __init__(self, count: int, most: int) -> None:
        super().__init__(
            f"资助组合有 {count} 种，超过 {most} 种，无法逐一列表。请把互斥的资助放进同一组（group）。",
            count=count,
            most=most,
        )
