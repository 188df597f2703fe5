"""What the registry refuses, each in a sentence that says what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from yingbao.kernel.refusal import Conflict, Invalid, NotFound


class FormInvalid(Invalid):
    """One or more fields cannot be taken as typed; `faults` is field → sentence (`members.1.document` for the second)."""

    code: ClassVar[str] = "form-invalid"

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__("；".join(dict.fromkeys(faults.values())), fields=";".join(faults))
        self.faults = dict(faults)


class ResidentNotFound(NotFound):
    """No such resident within the region."""

    code: ClassVar[str] = "resident-not-found"

    def __init__(self) -> None:
        super().__init__("没有找到这个人，或不在您的管辖范围。请核对姓名和证件号码")


class HouseholdNotFound(NotFound):
    """No such household within the region."""

    code: ClassVar[str] = "household-not-found"

    def __init__(self) -> None:
        super().__init__("没有找到这一户，或不在您的管辖范围。请核对户号")


class UnitNotFound(NotFound):
    """No such unit within the region, or it is closed."""

    code: ClassVar[str] = "unit-not-found"

    def __init__(self, code: str) -> None:
        super().__init__("没有这个单位，或它已撤销，请从列出的单位里选", unit=code)


class UnitTaken(Conflict):
    """The code names another unit."""

    code: ClassVar[str] = "unit-taken"

    def __init__(self, code: str) -> None:
        super().__init__(f"代码 {code} 已是另一个单位，请换一个代码", unit=code)


class MergeNotFound(NotFound):
    """No such request within the region."""

    code: ClassVar[str] = "merge-not-found"

    def __init__(self) -> None:
        super().__init__("没有这份合并申请，或不在您的管辖范围")


class DocumentTaken(Conflict):
    """Another resident has the document's number."""

    code: ClassVar[str] = "document-taken"

    def __init__(self, where: str = "") -> None:
        place = f"（{where}）" if where else "（不在您的管辖范围，请联系对方经办）"
        super().__init__(f"这个证件号码已经登记{place}，请先查出此人，办变更或转移，不要重复登记")


class AlreadyMerged(Conflict):
    """The record was merged into another."""

    code: ClassVar[str] = "already-merged"

    def __init__(self) -> None:
        super().__init__("这份记录已并入另一份，请到保留的那一份上办理")


class NotMergeable(Conflict):
    """The two records cannot be one person as they stand."""

    code: ClassVar[str] = "not-mergeable"


class AlreadyDecided(Conflict):
    """The request was decided before."""

    code: ClassVar[str] = "already-decided"

    def __init__(self) -> None:
        super().__init__("这份申请已经有人复核过，请刷新查看结果")


class AlreadyAsked(Conflict):
    """The same request waits already."""

    code: ClassVar[str] = "already-asked"

    def __init__(self) -> None:
        super().__init__("这两份记录的申请已在等待复核，不用重复提交")


class NoWay(Conflict):
    """The enrolment's state does not allow the deed."""

    code: ClassVar[str] = "no-way-from-state"

    def __init__(self, state: str, deed: str) -> None:
        super().__init__(f"现在是“{state}”，不能办“{deed}”。请先核对参保状态", state=state, deed=deed)


class Overlap(Conflict):
    """Two spans of one person share a day."""

    code: ClassVar[str] = "overlapping-spans"


class SpanNotFound(NotFound):
    """No such cover, class, situation or duty, or not on that day."""

    code: ClassVar[str] = "span-not-found"


class LoadRefused(Invalid):
    """A population file that cannot be loaded at all."""

    code: ClassVar[str] = "load-refused"
