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


class BatchNotFound(NotFound):
    """No such batch within the region."""

    code: ClassVar[str] = "batch-not-found"

    def __init__(self) -> None:
        super().__init__("没有这一批，请从清册的申报与导出里选")


class ReleaseGone(NotFound):
    """A bill cites a release that cannot be made again."""

    code: ClassVar[str] = "release-gone"

    def __init__(self, digest: str) -> None:
        super().__init__(
            f"账单依据的政策版本 {digest[:16]} 还原不出来，金额以账单为准，请把这个编号报给维护人员",
            digest=digest,
        )


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


class NothingToSend(Conflict):
    """A batch would be empty."""

    code: ClassVar[str] = "batch-empty"

    def __init__(self) -> None:
        super().__init__("这一期里没有还没报过的人，不用再生成；退回的人改正后可以再报")


class AssessmentRunning(Conflict):
    """Two assessments of one region and year at once, or the answer to a declaration read meanwhile."""

    code: ClassVar[str] = "assessment-running"

    def __init__(self) -> None:
        super().__init__("这个地区正在核定，请等它做完（见清册页的进度），再办")


class NotOpen(Conflict):
    """A bill that cannot take this event in its present state."""

    code: ClassVar[str] = "bill-state"

    def __init__(self, state: str) -> None:
        super().__init__(f"这张账单现在是“{state}”，不能这样办，请刷新页面看最新状态", state=state)


class UnknownParameter(Invalid):
    """A parameter the release does not leave open."""

    code: ClassVar[str] = "unknown-parameter"

    def __init__(self, name: str) -> None:
        super().__init__("政策没有把这个数留给县区填，请从列出的参数里选", parameter=name)


class AcknowledgementUnreadable(Invalid):
    """An acknowledgement file that is not one of ours."""

    code: ClassVar[str] = "acknowledgement-unreadable"
