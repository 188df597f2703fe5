"""Kinds of lists as data: what a list is about, how its columns read, what it is held against, and what it writes.

A list of classes is the first of them; the others go the same way with their own facts and words (ADR 0023).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from yingbao.registry import queries as registry
from yingbao.registry.states import STAGES, SURVIVALS
from yingbao.rosters import applying, lives
from yingbao.rosters.senders import excluding
from yingbao.rosters.states import EXTENTS, LISTS
from yingbao.workbooks.headings import Field
from yingbao.workbooks.spellings import classes_in_text, spelling_index
from yingbao.workbooks.terms import CLASSES, Read, Terms, headings

_NO_CLASS: Final = (Field.CLASS, Field.WIDE_CLASS)


@dataclass(frozen=True, slots=True)
class Kind:
    """`meanings`: what a row can say, by code; `spellings` how that is written; both of classes are the release's.

    `held`: the registry's facts with the columns of a holding; `words`: what else is said otherwise in statements written for
    classes. `single`: of these a person has one at a time, at one place; `touching`: every code that a row may touch.
    `clash`: rows that may not be written at all; `questions`: rows somebody must look at; `torn`: counts what may not be
    applied. `ends`, `starts`, `new`, `after`: what is written, in this order. `extents`: whether absence says anything.
    """

    code: str
    table: str
    held: str
    starts: str
    new: str
    ends: str = ""
    after: tuple[str, ...] = ()
    terms: Terms = CLASSES
    meanings: Mapping[str, str] | None = None
    spellings: Mapping[str, str] | None = None
    words: tuple[tuple[str, str], ...] = ()
    extents: tuple[str, ...] = tuple(EXTENTS)
    touching: tuple[str, ...] = ()
    single: tuple[str, ...] = ()
    of_living: bool = True
    clash: str = ""
    questions: tuple[str, ...] = ()
    torn: str = ""

    @property
    def name(self) -> str:
        """What a list of the kind is called."""
        return LISTS[self.code]

    def said(self, statement: str) -> str:
        """A statement written for classes, said of this kind: its facts for holdings, its words for theirs.

        Classes alone are certified by somebody; other facts a sender speaks of are anybody's.
        """
        certified = () if self.meanings is None else (("h.certified_by = %(sender)s", "true"),)
        for word, ours in (("registry_holding", self.held), *certified, *self.words):
            statement = statement.replace(word, ours)
        return statement

    def exclusive(self) -> tuple[tuple[str, str], ...]:
        """Pairs of which a person has one at a time; a code beside itself: at one place at a time."""
        if self.meanings is None:
            return excluding()
        return tuple((one, other) for one in self.single for other in self.single)

    def asked(self, unit_code: str, on: date) -> Terms:
        """How the columns of a list of a unit are read."""
        return replace(self.terms, place=_unit_of(unit_code, on)) if self.code == "moves" else self.terms


def _school(text: str) -> tuple[str, str, str]:
    name = "".join(text.split())
    return (
        (name, "", "") if name else ("", "site_missing", "没有写学校，标题也看不出是哪一所，请补填学校全称")
    )


def _unit_of(unit_code: str, on: date) -> Read:
    """Reads where somebody moved to: the unit of the region that the text names, the narrowest if one lies in another."""
    units = registry.choices(unit_code, on)
    elsewhere = {code for code, _ in units if registry.assignments(code, on)}
    named: dict[str, list[str]] = {}
    for code, name in units:
        named.setdefault(name, []).append(code)
    known = {name: codes[0] for name, codes in named.items() if len(codes) == 1}

    def place(text: str) -> tuple[str, str, str]:
        if not text:
            return "", "site_missing", "没有写迁入地，请补填迁入的乡镇、村"
        found = sorted(classes_in_text(text, known), key=len)
        if not found or not all(found[-1].startswith(code) for code in found):
            return (
                "",
                "place_unknown",
                (
                    f"迁入地“{text}”认不出是本地区哪一个单位。迁出本地区的不用列入，请在个人页办理停保或终止；名称写错的请更正"
                ),
            )
        if found[-1] in elsewhere:
            return "", "place_unknown", f"{text}的人由别的单位管理（归口），请在迁移页办理"
        return found[-1], "", ""

    return place


_STAGE_WORDS: Final = {
    "kindergarten": "幼儿园 学前 学前教育 幼儿 小班 中班 大班",
    "primary": "小学 小学生 小学教育 一年级 二年级 三年级 四年级 五年级 六年级",
    "junior": "初中 初中生 初级中学 七年级 八年级 九年级 初一 初二 初三",
    "senior": "高中 高中生 普通高中 普高 高级中学 高一 高二 高三",
    "vocational": "中职 中专 中职生 中等职业 中等职业学校 职业高中 职高 技校 技工学校",
    "university": "大学 大学生 本科 本科生 大学本科 专科 专科生 大专 大学专科 高职 高等职业 研究生 硕士 硕士研究生 博士 博士研究生",
    "freshman": "大学新生",
}  # fmt: skip
#: A school at the beginning of a title, followed by what the list is; a title about all schools names none.
_SCHOOL_IN_TITLE: Final = re.compile(
    r"^(?!.*(?:各|全县|全区|全市|全镇|中小学))([一-龥]{2,24}?(?:大学|学院|学校|小学|中学|幼儿园))"
    r"(?=[\d(（]|在校|在读|在园|学生|幼儿|春|秋|学年|$)"
)

CLASS_LIST: Final = Kind(
    "classes", "registry_holding", "(SELECT *, '' AS site FROM registry_holding)", applying.STARTS, applying.NEW, applying.ENDS
)  # fmt: skip
STUDY: Final = Kind(
    "study", "registry_schooling", lives.SCHOOLING, lives.STUDY_STARTS, lives.STUDY_NEW, lives.STUDY_ENDS,
    terms=Terms(
        "学段", "入学时间", "毕业（离校）时间", "学校", place=_school, titled=_SCHOOL_IN_TITLE,
        columns=headings(
            {
                Field.CLASS: "学段 在校阶段 教育阶段 学历层次 培养层次 办学层次 学生类别 学生类型 年级 就读阶段",
                Field.RECOGNISED_ON: "入学时间 入学日期 入学年月日 入校时间 入园时间 就读时间",
                Field.ENDED_ON: "毕业时间 毕业日期 离校时间 离校日期 离园时间 退学时间 转出时间",
                Field.NAME: "学生姓名 幼儿姓名", Field.ID_NUMBER: "学生身份证号 学生身份证号码 学生身份证件号 身份证件号 身份证件号码",
            },
            _NO_CLASS,
        ),
    ),
    meanings=STAGES, spellings=spelling_index({code: words.split() for code, words in _STAGE_WORDS.items()}),
    words=(
        ("没有写认定时间，上期没有列，", "没有写入学时间，"),
        ("认定时间不晚于原类别的起期，新类别", "入学时间不晚于原来那一段的起期，新的一段"), ("认定时间", "入学时间"),
        ("是否重新认定", "是否又入学"), ("这一类别", "在这所学校的这一学段"), ("列为另一类别，两类", "列在另一所学校或另一学段，"),
        ("列为另一类别", "列在另一所学校或另一学段"), ("同一类别", "同一学校"),
    ),
    touching=tuple(STAGES), single=tuple(STAGES), clash=lives.SCHOOLING_CLASH,
)  # fmt: skip
DEATHS: Final = Kind(
    "deaths", "registry_survival", lives.SURVIVAL, lives.DEATHS_STARTS, lives.DEATHS_NEW,
    after=(lives.DEATHS_END_ENROLMENTS,),
    terms=Terms(
        "情形", "死亡日期", only="died", dated=True,
        columns=headings(
            {
                Field.RECOGNISED_ON: "死亡日期 死亡时间 死亡年月日 去世日期 去世时间 亡故时间 殁亡时间",
                Field.NAME: "死者姓名 死亡人员姓名 逝者姓名 亡者姓名",
                Field.ID_NUMBER: "死者身份证号 死者身份证号码 死亡人员身份证号 逝者身份证号 逝者身份证号码",
            },
            (*_NO_CLASS, Field.RECOGNISED_ON, Field.ENDED_ON, Field.SITE),
        ),
    ),
    meanings={"died": SURVIVALS["died"]}, spellings={}, words=(("认定时间", "死亡日期"), ("同一类别", "同一次死亡")),
    extents=("changes",), touching=tuple(SURVIVALS), of_living=False, clash=lives.SURVIVAL_CLASH,
    questions=lives.DEATH_QUESTIONS,
)  # fmt: skip
MOVES: Final = Kind(
    "moves", "registry_residence", lives.RESIDENCE, "", lives.MOVES_NEW, lives.MOVES_ENDS,
    after=(lives.MOVES_PEOPLE, lives.MOVES_HOUSEHOLDS),
    terms=Terms(
        "情形", "迁移日期", site="迁入地", only="moved",
        columns=headings(
            {
                Field.RECOGNISED_ON: "迁移日期 迁移时间 迁入日期 迁入时间 变动日期 落户日期 落户时间",
                Field.SITE: "迁入地 迁入地址 迁入单位 迁入乡镇 迁入村 迁往地 迁往地址 现户籍地 现户籍地址 迁入户籍地",
                Field.REMARK: "迁出地 迁出地址 原户籍地 原户籍地址",
            },
            (*_NO_CLASS, Field.RECOGNISED_ON, Field.ENDED_ON, Field.SITE),
        ),
    ),
    meanings={"moved": "迁移"}, spellings={},
    words=(
        ("没有写认定时间，上期没有列，", "没有写迁移日期，"), ("认定时间不晚于原类别的起期，新类别", "迁移日期不晚于在原处登记的日期，"),
        ("登记里这一类别已于", "登记里此人从那里迁出，已于"), ("是否重新认定", "是否又迁回"), ("认定时间", "迁移日期"),
        ("列为另一类别，两类", "列为迁到另一处，"), ("列为另一类别", "列为迁到另一处"), ("同一类别", "同一次迁移"),
    ),
    extents=("changes",), touching=("moved",), single=("moved",), clash=lives.RESIDENCE_CLASH, questions=lives.MOVE_QUESTIONS,
    torn=lives.TORN,
)  # fmt: skip
KINDS: Final[Mapping[str, Kind]] = {kind.code: kind for kind in (CLASS_LIST, STUDY, DEATHS, MOVES)}
