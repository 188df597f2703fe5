"""What accounts refuse."""

from __future__ import annotations

from typing import ClassVar

from yingbao.kernel.refusal import Conflict, Forbidden, Invalid, NotFound


class StaffNotFound(NotFound):
    """No such member of staff within the region."""

    code: ClassVar[str] = "staff-not-found"

    def __init__(self) -> None:
        super().__init__("没有这个人员账户，或不在您的管辖范围，请核对登录名")


class PostNotFound(NotFound):
    """No such post within the region, or it is over."""

    code: ClassVar[str] = "post-not-found"

    def __init__(self) -> None:
        super().__init__("没有这个岗位授予，或不在您的管辖范围，请刷新页面后再办")


class PostHeld(Conflict):
    """The person holds the same post on some of the same days."""

    code: ClassVar[str] = "post-held"

    def __init__(self) -> None:
        super().__init__("这个人在这段时间已有同一单位的同一岗位，请改日期，或先终止原来的")


class BadPostPeriod(Invalid):
    """A post that would end before it began, or be prolonged by ending it."""

    code: ClassVar[str] = "bad-post-period"

    def __init__(self) -> None:
        super().__init__("岗位的终止日要在起始日当天或以后，也不能晚于原定的终止日，请核对日期")


class SecondFactorSet(Conflict):
    """A second factor is set already; only its reset by another makes room for a new one."""

    code: ClassVar[str] = "second-factor-set"

    def __init__(self) -> None:
        super().__init__("您已经设过动态口令。手机丢失或更换的，请找本单位安全管理员重置后再设")


class LoginTaken(Conflict):
    """Another member of staff has the login."""

    code: ClassVar[str] = "login-taken"

    def __init__(self) -> None:
        super().__init__("这个登录名已有人用，请换一个")


class RolesApart(Conflict):
    """The roles may not be held by one person."""

    code: ClassVar[str] = "roles-apart"

    def __init__(self) -> None:
        super().__init__("系统、安全、审计三个管理员须由不同的人担任，也不能兼任业务岗位，请另建账户")


class OnesOwn(Forbidden):
    """An administrator's own account."""

    code: ClassVar[str] = "ones-own-account"

    def __init__(self) -> None:
        super().__init__("不能给自己的账户办这件事，请由另一位管理员办理")


class BadLogin(Invalid):
    """A login that cannot be one."""

    code: ClassVar[str] = "bad-login"

    def __init__(self) -> None:
        super().__init__("登录名用 3 至 30 个字母、数字、点、横线或下划线")


class BadPassword(Invalid):
    """A password that does not meet the rules; the sentence says which."""

    code: ClassVar[str] = "bad-password"


class UnknownRole(Invalid):
    """A role that does not exist."""

    code: ClassVar[str] = "unknown-role"

    def __init__(self, role: str) -> None:
        super().__init__("没有这个岗位，请从列出的岗位里选", role=role)


class NoPost(Forbidden):
    """Signed in, and holds no post today."""

    code: ClassVar[str] = "no-post"

    def __init__(self) -> None:
        super().__init__("您今天没有任何岗位，请找本单位安全管理员授予岗位")


class WrongCode(Invalid):
    """The second factor's code is not right."""

    code: ClassVar[str] = "wrong-code"

    def __init__(self) -> None:
        super().__init__("动态口令不对，请看手机上现在显示的 6 位数字，再输入一次")
