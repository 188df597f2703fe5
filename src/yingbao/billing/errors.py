"""What billing refuses."""

from __future__ import annotations

from typing import ClassVar

from yingbao.kernel.refusal import Conflict, Invalid, NotFound


class BillNotFound(NotFound):
    """No such bill within the region."""

    code: ClassVar[str] = "bill-not-found"

    def __init__(self) -> None:
        super().__init__("没有这张账单，或不在您的管辖范围，请核对账单号")


class RegisterNotFound(NotFound):
    """No such issue within the region."""

    code: ClassVar[str] = "register-not-found"

    def __init__(self) -> None:
        super().__init__("没有这一期预征清册，请从清册列表里选")


class NothingAssessed(Conflict):
    """A register is asked for before anybody was assessed."""

    code: ClassVar[str] = "nothing-assessed"

    def __init__(self) -> None:
        super().__init__("这个年度还没有核定过，请先“全员核定”，再编制清册")


class NothingNew(Conflict):
    """Another issue would be the same as the last."""

    code: ClassVar[str] = "register-unchanged"

    def __init__(self, number: int) -> None:
        super().__init__(f"和第 {number} 期相比没有变化，不用再编一期", number=number)


class AssessmentRunning(Conflict):
    """Two assessments of one region and year at once."""

    code: ClassVar[str] = "assessment-running"

    def __init__(self) -> None:
        super().__init__("这个地区正在核定，请等它做完（见最近运行），再重新核定")


class UnknownParameter(Invalid):
    """A parameter the release does not leave open."""

    code: ClassVar[str] = "unknown-parameter"

    def __init__(self, name: str) -> None:
        super().__init__("政策没有把这个数留给县区填，请从列出的参数里选", parameter=name)


class AcknowledgementUnreadable(Invalid):
    """An acknowledgement file that is not one of ours."""

    code: ClassVar[str] = "acknowledgement-unreadable"
