"""What rosters refuse."""

from __future__ import annotations

from typing import ClassVar

from yingbao.kernel.refusal import Conflict, Forbidden, Invalid, NotFound
from yingbao.rosters.senders import Sender
from yingbao.rosters.states import LISTS, STATES


class RosterNotFound(NotFound):
    """No such roster within the region."""

    code: ClassVar[str] = "roster-not-found"

    def __init__(self) -> None:
        super().__init__("没有这份名册，或不在您的管辖范围，请从名册列表里选")


class RowNotFound(NotFound):
    """No such row in the roster."""

    code: ClassVar[str] = "roster-row-not-found"

    def __init__(self) -> None:
        super().__init__("名册里没有这一行，请刷新页面后再办")


class RosterEmpty(Invalid):
    """A file in which no row holds a person."""

    code: ClassVar[str] = "roster-empty"


class HandedInBefore(Conflict):
    """The same file again."""

    code: ClassVar[str] = "handed-in-before"

    def __init__(self, when: str) -> None:
        super().__init__(f"这份文件 {when} 已经报过，内容一字不差，不用再报。要重报请先撤回原来的")


class NoWayForRoster(Conflict):
    """The roster's state does not allow the deed."""

    code: ClassVar[str] = "no-way-for-roster"

    def __init__(self, state: str, label: str) -> None:
        super().__init__(f"这份名册现在是“{STATES[state]}”，不能{label}，请刷新页面", state=state)


class RowsOpen(Conflict):
    """Rows wait for a decision."""

    code: ClassVar[str] = "roster-rows-open"

    def __init__(self, count: int) -> None:
        super().__init__(f"还有 {count} 行没有处理，处理完才能提交复核", rows=count)


class RegistryMoved(Conflict):
    """What the roster was compared with has changed since."""

    code: ClassVar[str] = "registry-moved"

    def __init__(self) -> None:
        super().__init__("核对以后登记又有变化，请重新核对这份名册，再提交复核")


class NotDecidable(Conflict):
    """The row needs no decision, or not this one."""

    code: ClassVar[str] = "row-not-decidable"

    def __init__(self) -> None:
        super().__init__("这一行不用处理，或不能这样处理")


class UnknownSender(Invalid):
    """A department the release does not name as a provider."""

    code: ClassVar[str] = "unknown-sender"

    def __init__(self, sender: str) -> None:
        super().__init__("没有这个报送部门，请从列出的部门里选", sender=sender)


class NotItsList(Invalid):
    """A list about something the department has nothing to do with."""

    code: ClassVar[str] = "not-its-list"

    def __init__(self, sender: Sender) -> None:
        super().__init__(
            f"{sender.name}报送的是{'、'.join(LISTS[kind] for kind in sender.lists)}，请改选名册内容或报送部门"
        )


class OnlyChanges(Invalid):
    """A list of what has happened, handed in as though it named everybody."""

    code: ClassVar[str] = "only-changes"

    def __init__(self, name: str) -> None:
        super().__init__(f"{name}只列这段时间里的变化，没有列的不表示什么，名册范围请选“增减”")


class HouseholdTorn(Conflict):
    """A list that moves some of a household and leaves the others."""

    code: ClassVar[str] = "household-torn"

    def __init__(self, count: int) -> None:
        super().__init__(
            f"有 {count} 户只迁一部分人。请让公安部门补全名单；确是分户的，在个人页办理迁移，名单上的行选“不采用”",
            households=count,
        )


class RowClashes(Conflict):
    """What the row says of this person would stand beside something that is registered for the same days."""

    code: ClassVar[str] = "row-clashes"


class NotYourSender(Forbidden):
    """A department's user, and another department's list."""

    code: ClassVar[str] = "not-your-sender"

    def __init__(self) -> None:
        super().__init__("您只能报送、查看本部门的名册。账户没有写部门的，请找安全管理员补上")


class RosterTooLarge(Invalid):
    """A file that is larger than any list."""

    code: ClassVar[str] = "roster-too-large"

    def __init__(self, most: int) -> None:
        super().__init__(
            f"文件超过 {most // 1_000_000} MB，没有接收。请删去图片和空白区域，或按乡镇拆分后分别报送",
            most_bytes=most,
        )


class AlreadyListed(Conflict):
    """The person stands in another row of the list in the same class."""

    code: ClassVar[str] = "row-person-listed"

    def __init__(self, number: int) -> None:
        super().__init__(f"名册第 {number} 行已是此人的同一类别，请核对两行，不采用其中一行", row=number)


class GroundsMissing(Invalid):
    """A deed that wants its grounds written."""

    code: ClassVar[str] = "roster-grounds-missing"

    def __init__(self) -> None:
        super().__init__("没有写理由，请写明为什么这样办")
