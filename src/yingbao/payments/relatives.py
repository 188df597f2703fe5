"""Whose contribution an employee's personal account may pay, as the release prints it, and what the registry says of it.

Source: 凉州 2025 四(一) eight kinds of near relatives (LZ-016), 晋市医保发〔2023〕10号 三(三) family (JC-012), 贵阳 附件2 三(三) bound relatives
(GY-059). A notice that prints no list of relations takes what is declared.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.db import connection

from yingbao.billing.policies import policy_for
from yingbao.journal.keys import sealer
from yingbao.kernel import id_number
from yingbao.payments.errors import TenderInvalid
from yingbao.registry.fields import DOCUMENT

if TYPE_CHECKING:
    from yingbao.payments.actions.quoting import QuoteLine

#: Generations below (+) and above (-) the head, by the first digit of the relation code (GB/T 4761).
_GENERATION: Final = {"0": 0, "1": 0, "2": 1, "3": 1, "4": 2, "5": -1, "6": -2, "7": 0}
#: What the insured is to the holder, by the difference of generations.
_KIN: Final = {
    1: {"子女"},
    2: {"孙子女", "外孙子女"},
    -1: {"父母"},
    -2: {"祖父母", "外祖父母"},
}
_TOGETHER: Final = """
SELECT i.resident_id, h.resident_id, h.relation, i.relation
FROM registry_resident r JOIN registry_membership h ON h.resident_id = r.id AND h.period @> %(on)s::date
JOIN registry_membership i ON i.household_id = h.household_id AND i.period @> %(on)s::date
WHERE r.document_key = %(key)s AND r.merged_into_id IS NULL AND i.resident_id = ANY(%(people)s)
"""
#: Lists that print no relation but whoever belongs to the family.
_ANYBODY: Final = ("家庭成员", "已绑定亲情账户的亲属")


def relations_allowed(unit_code: str, benefit_year: int) -> tuple[str, ...]:
    """The relations the release of a unit prints for the family account; empty: its notice knows no family account."""
    policy = policy_for(unit_code, unit_code.partition("-")[0][:6], benefit_year)
    channels = policy.release.channels.values()
    return tuple(name for one in channels if one.kind == "family_account" for name in one.relatives)


def check_relation(holder: str, relation: str, lines: Sequence[QuoteLine], on: date) -> bool:
    """Whether the registry proves the relation of every insured person to the holder of the account.

    `relation`: what each insured person is to the holder, one for all or one a line, parted by 、. True: proved; False:
    declared, the registry cannot tell. Raises TenderInvalid where the release does not allow it or the registry says otherwise.
    """
    named = [part.strip() for part in relation.split("、")]
    named = named * len(lines) if len(named) == 1 else named
    if len(named) != len(lines) or not all(named):
        raise TenderInvalid("请写明每位参保人是职工的什么人，如“配偶”“子女”，一人一个，用顿号分开")
    known = _together(holder, [line.resident_id for line in lines], on)
    # every one is asked, also after one that is only declared: the release may refuse a later one
    proved = [
        _proved(line, what, known.get(line.resident_id)) for line, what in zip(lines, named, strict=True)
    ]
    return all(proved)


def _proved(line: QuoteLine, what: str, found: tuple[bool, str, str] | None) -> bool:
    allowed = relations_allowed(line.unit_code, line.benefit_year)
    if not allowed:
        raise TenderInvalid("本地文件没有职工个人账户代缴的规定，请换一种付款方式")
    if what not in allowed and not any(name in _ANYBODY for name in allowed):
        raise TenderInvalid(
            f"职工个人账户只能为{'、'.join(allowed)}缴费，“{what}”不在其中，请核对关系或换一种付款方式"
        )
    if found is None:
        return False
    himself, holder_code, insured_code = found
    if himself:
        raise TenderInvalid("职工个人账户是为近亲属缴费的，本人请换一种付款方式")
    kin = kin_of(holder_code, insured_code)
    if kin and what not in _ANYBODY and what not in kin:
        raise TenderInvalid(
            f"户口簿上这位参保人是职工的{'或'.join(sorted(kin))}，与填写的“{what}”不符，请核对"
        )
    return bool(kin)


def kin_of(holder_code: str, insured_code: str) -> frozenset[str]:
    """What the insured is to the holder, both given by their relation to the head; empty where the codes do not tell."""
    couples = ({"01", "02"}, {"10", "11", "12"})
    if any(holder_code in one and insured_code in other for one, other in (couples, couples[::-1])):
        return frozenset({"配偶"})
    if holder_code[0] not in _GENERATION or insured_code[0] not in _GENERATION:
        return frozenset()
    if {holder_code, insured_code} & {"28", "38", "45", "53", "54", "55", "56", "72", "74", "76", "78"}:
        return frozenset()  # by marriage: the codes do not tell whose
    step = _GENERATION[insured_code[0]] - _GENERATION[holder_code[0]]
    if step == 0:
        head = {"01", "02"}
        siblings = (
            (holder_code[0] == insured_code[0] and holder_code[0] in "237")
            or (holder_code in head and insured_code[0] == "7")
            or (insured_code in head and holder_code[0] == "7")
            or {holder_code[0], insured_code[0]} == {"2", "3"}
        )
        return frozenset({"兄弟姐妹"}) if siblings else frozenset()
    # a spouse of the head is no kin of the head's own parents and grandparents, nor theirs
    if "1" in (holder_code[0], insured_code[0]) and {holder_code[0], insured_code[0]} & set("567"):
        return frozenset()
    return frozenset(_KIN.get(step, ()))


def _together(holder: str, people: list[UUID], on: date) -> dict[UUID, tuple[bool, str, str]]:
    key = sealer().index(id_number.normalise(holder), DOCUMENT)
    with connection.cursor() as cursor:
        cursor.execute(_TOGETHER, {"on": on, "key": key, "people": people})
        return {insured: (insured == own, h, i) for insured, own, h, i in cursor.fetchall()}
