"""A household as pages show it: who is covered by what, who is missing, and where a station's people land."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from yingbao.registry.queries import HouseholdPage, Member
from yingbao.registry.queries.tree import WORKPLACES, AssignmentLine, Site
from yingbao.registry.states import INSURANCES, RELATIONS, STATES, SURVIVALS
from yingbao.web.workbench.presenters.words import SEXES, age_words

#: Away for good or cared for elsewhere: nobody asks them to enrol here.
AWAY = frozenset({"died", "imprisoned", "enlisted"})


@dataclass(frozen=True, slots=True)
class MemberCard:
    """One member: relation, age, what covers them; `missing` is why they still have to enrol."""

    id: UUID
    name: str
    relation: str
    sex: str
    age: str
    document: str
    cover: str
    where: str
    missing: str


def member_cards(page: HouseholdPage, on: date) -> tuple[MemberCard, ...]:
    """The members, the head first."""
    return tuple(_card(member, on) for member in page.members)


def _card(member: Member, on: date) -> MemberCard:
    cover, where, missing = _cover(member)
    return MemberCard(
        member.id, member.name, RELATIONS.get(member.relation, member.relation), SEXES[member.sex],
        age_words(member.birth_date, on), member.document, cover, where, missing,
    )  # fmt: skip


def _cover(member: Member) -> tuple[str, str, str]:
    """Covered by what, where, and what is missing (肃医保〔2023〕48号 二(一): all on one book, none missed)."""
    if member.survival in AWAY:
        return SURVIVALS[member.survival], "", ""
    if member.insurance:
        return INSURANCES[member.insurance], member.place, ""
    if member.state == "1":
        return "居民医保", "本地已登记", ""
    if member.survival:
        return SURVIVALS[member.survival], "", "失踪，请核实"
    return STATES[member.state], "", "没有参保" if member.state in ("0", "4", "3") else "已停保"


@dataclass(frozen=True, slots=True)
class Landing:
    """Where the people of a unit are managed, in a sentence, and where that stands."""

    sentence: str
    source: str
    tone: str


def landing_of(
    site: Site | None, hukou_place: str, assignments: tuple[AssignmentLine, ...]
) -> Landing | None:
    """The sentence for a unit chosen; None for an ordinary one."""
    if site is None or site.kind not in WORKPLACES:
        return None
    own = [one for one in assignments if one.unit_code == site.code]
    if not own:
        return Landing(f"{site.name}还没有归口，先登记在它名下。要归口，请到单位页办。", "", "amber")
    for one in own:
        if not one.hukou_name:
            return Landing(
                f"{site.name}的人归{one.to_name}管，不问户籍，会登记在{one.to_name}。", one.source, "blue"
            )
        if one.hukou_name == hukou_place:
            return Landing(
                f"{site.name}的人按户籍归口：户籍在{one.hukou_name}，会登记在{one.to_name}。",
                one.source,
                "blue",
            )
    listed = "、".join(one.hukou_name for one in own)
    rest = f"户籍在{hukou_place}的，文件没有印，请先请示。" if hukou_place else "请选户籍所在的乡镇。"
    return Landing(f"{site.name}的人按户籍归口，只印了户籍在{listed}的。{rest}", own[0].source, "amber")
