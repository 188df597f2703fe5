"""What the journal refuses."""

from __future__ import annotations

from typing import ClassVar

from yingbao.kernel.refusal import Forbidden, NotFound


class NotPermitted(Forbidden):
    """The post does not carry the permission."""

    code: ClassVar[str] = "not-permitted"

    def __init__(self, permission: str) -> None:
        super().__init__(
            "您现在的岗位不能办这件事。需要办理的，请找本单位安全管理员开通", permission=permission
        )


class OutOfRegion(Forbidden):
    """The thing belongs to a unit the post does not reach."""

    code: ClassVar[str] = "out-of-region"

    def __init__(self, unit_name: str) -> None:
        super().__init__(f"这件事不在您的管辖范围（{unit_name or '未定'}），请交由所属单位办理")


class SameTwoPeople(Forbidden):
    """The second person is the first."""

    code: ClassVar[str] = "same-two-people"

    def __init__(self) -> None:
        super().__init__("提交的人不能复核自己的申请，请换一位复核人")


class RunNotFound(NotFound):
    """No such run within the region."""

    code: ClassVar[str] = "run-not-found"

    def __init__(self) -> None:
        super().__init__("没有这次运行的记录，请回到工作台查看最近运行")
