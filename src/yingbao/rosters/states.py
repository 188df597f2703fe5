"""The life of a roster as data, and what may come of each of its rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

STATES: Final = {
    "reading": "正在读取",
    "checked": "已核对",
    "submitted": "待复核",
    "applied": "已生效",
    "withdrawn": "已撤回",
}


@dataclass(frozen=True, slots=True)
class Edge:
    """One named way from a state to another; `second` is for the second person."""

    deed: str
    from_state: str
    to_state: str
    label: str
    second: bool = False


EDGES: Final = (
    Edge("read", "reading", "checked", "读取核对"),
    Edge("withdraw", "reading", "withdrawn", "撤回"),
    Edge("submit", "checked", "submitted", "提交复核"),
    Edge("return", "submitted", "checked", "退回", second=True),
    Edge("apply", "submitted", "applied", "复核通过，生效", second=True),
    Edge("withdraw", "checked", "withdrawn", "撤回"),
    Edge("withdraw", "submitted", "withdrawn", "撤回"),
)

#: A full list ends what it does not name; a list of changes ends only what it says has ended.
EXTENTS: Final = {"full": "全量（没列的就是终止）", "changes": "增减（只列有变化的）"}

#: What a list is about, and who sends lists that are about something else than classes (GT-034, SN-044, SN-045, GY-050).
LISTS: Final = {
    "classes": "人员类别名册",
    "study": "在校学生名册",
    "deaths": "死亡人员名单",
    "moves": "户籍迁移名单",
}
SENDS: Final = {
    "study": ("education",),
    "deaths": ("police", "civil_affairs", "health"),
    "moves": ("police",),
}

OUTCOMES: Final = {
    "new": "新增",
    "ended": "终止",
    "changed": "变更",
    "unchanged": "未变",
    "person_unknown": "查无此人",
    "several_persons": "疑似多人",
    "contradicts": "与别处矛盾",
    "unreadable": "无法读取",
}
#: Outcomes that somebody must decide before the roster can be submitted.
OPEN: Final = frozenset({"person_unknown", "several_persons", "contradicts"})
#: Outcomes that change the registry when the roster is applied.
WORKS: Final = frozenset({"new", "changed", "ended"})
#: What a row does to the person it means, whether or not it counts yet.
EFFECTS: Final = {"none": "不变", "new": "新增", "changed": "变更", "ended": "终止"}
#: Reasons that a row which contradicts something cannot be kept as it stands: it says nothing of its own.
NOT_KEPT: Final = frozenset({"duplicate", "before_birth", "overlaps"})
#: Beginnings of the reasons of an unreadable row that leave open who is meant and nothing else: it may be given a person.
#: A row whose day or place cannot be read says nothing that could be written.
WHO: Final = ("id_", "name_")
#: What somebody decided about an open row.
DECISIONS: Final = {"": "", "matched": "已指定人员", "dropped": "不采用", "kept": "照名册办"}


def edge(deed: str, from_state: str) -> Edge | None:
    """The way a deed takes from a state; None if there is none."""
    return next((one for one in EDGES if one.deed == deed and one.from_state == from_state), None)
