"""A person as typed, or as a row of a load, checked field by field: one set of rules for both.

`check` never stops at the first fault: it returns what could be read and a sentence for every field that could not.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Final

from yingbao.journal.content import plain_text
from yingbao.kernel import id_number, phones
from yingbao.kernel.dates import BadDate, age_on, loose_date
from yingbao.kernel.names import clean_name
from yingbao.kernel.refusal import Refusal
from yingbao.registry.fields import OTHER_DOCUMENT
from yingbao.registry.states import DOCUMENT_KINDS, ID_CARD, RELATIONS, RESIDENCES, STAGES

#: Until this age a child may be registered before its ID number is given. No notice prints a limit (肃南 三(一) asks
#: for the newborn's own document); two years leave time for a late household entry and keep the unnumbered few.
AGE_WITHOUT_DOCUMENT: Final = 2
_YEARS: Final = range(1949, 2200)
_FIRST_BIRTH: Final = date(1900, 1, 1)


@dataclass(frozen=True, slots=True)
class Draft:
    """The fields of a person as typed; dates may be text. Empty is not given."""

    name: str = ""
    relation: str = ""
    document_kind: str = ID_CARD
    document: str | float | int = ""
    sex: str = ""
    birth_date: date | str = ""
    nation: str = ""
    phone: str = ""
    basis: str = "hukou"
    hukou_place: str = ""
    permit_until: date | str = ""
    works_in: str = ""
    stage: str = ""
    school: str = ""
    insured_years: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """The person as read: clean name, number of 18 places, dates as dates."""

    name: str
    relation: str
    document_kind: str
    document: str
    sex: str
    birth_date: date
    nation: str
    phone: str
    basis: str
    hukou_place: str
    permit_until: date | None
    works_in: str
    stage: str
    school: str
    insured_years: tuple[int, ...] | None


@dataclass(slots=True)
class Faults:
    """Sentences by field."""

    found: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, sentence: str) -> None:
        """Note the first fault of a field."""
        self.found.setdefault(name, sentence)


def check(draft: Draft, on: date) -> tuple[Checked | None, dict[str, str]]:
    """Read a draft on a day: the person, or None and a sentence for each field at fault."""
    faults = Faults()
    name = _name(draft, faults)
    number, born, sex = _document(draft, on, faults)
    if born is None:
        born = _birth(draft, on, faults)
    elif draft.birth_date:
        _same_birth(draft, born, faults)
    sex = sex or draft.sex
    if sex not in ("male", "female"):
        if (
            draft.sex or "document" not in faults.found or draft.document_kind != ID_CARD
        ):  # the number will tell
            faults.add("sex", "没有选性别，请按证件选“男”或“女”")
    elif draft.sex and draft.sex != sex:
        faults.add("sex", "性别与身份证号第17位不符，请核对原件")
    if not number and born is not None and not draft.document and age_on(born, on) >= AGE_WITHOUT_DOCUMENT:
        faults.add("document", "没有填写证件号码。只有未满两周岁的孩子可以先登记、后补号码")
    phone = _phone(draft, faults)
    permit = _residence(draft, on, faults)
    for fact, value, known, words in (
        ("relation", draft.relation, RELATIONS, "与户主关系"),
        ("stage", draft.stage, STAGES, "在校阶段"),
    ):
        if value and value not in known:
            faults.add(fact, f"{words}“{value}”不在可选的范围里，请重新选择")
    if any(year not in _YEARS for year in draft.insured_years or ()):
        faults.add("insured_years", "以往参保年度要写四位年份，如 2023，请核对")
    if faults.found or born is None:
        return None, faults.found
    nation, hukou, works, school = map(
        plain_text, (draft.nation, draft.hukou_place, draft.works_in, draft.school)
    )
    return Checked(
        name, draft.relation, draft.document_kind if number else "", number, sex, born, nation.strip(), phone,
        draft.basis, hukou.strip(), permit, works.strip(), draft.stage, school.strip(), draft.insured_years,
    ), {}  # fmt: skip


def _name(draft: Draft, faults: Faults) -> str:
    try:
        return clean_name(draft.name)[0]
    except Refusal as refusal:
        faults.add("name", refusal.sentence)
        return ""


def _document(draft: Draft, on: date, faults: Faults) -> tuple[str, date | None, str]:
    """The number, and what a citizen's number says of birth and sex."""
    if draft.document in ("", None):
        return "", None, ""
    if draft.document_kind == ID_CARD:
        try:
            number = id_number.check(draft.document, on)
        except Refusal as refusal:
            faults.add("document", refusal.sentence)
            return "", None, ""
        return number, id_number.birth_date(number), id_number.sex(number)
    number = id_number.normalise(str(draft.document))
    if draft.document_kind not in DOCUMENT_KINDS:
        faults.add("document_kind", "没有选证件类型，请从列出的类型里选")
    elif not OTHER_DOCUMENT.fullmatch(number):
        faults.add("document", "证件号码应为5至30位字母、数字，请按原件录入")
    return number, None, ""


def _birth(draft: Draft, on: date, faults: Faults) -> date | None:
    if not draft.birth_date:
        if "document" not in faults.found:
            faults.add("birth_date", "没有填写出生日期，请按证件或出生医学证明填写，如 2024-03-01")
        return None
    try:
        born = loose_date(draft.birth_date)
    except BadDate as refusal:
        faults.add("birth_date", refusal.sentence)
        return None
    if born > on:
        faults.add("birth_date", f"出生日期 {born} 还没有到（今天是 {on}），请核对")
        return None
    if born < _FIRST_BIRTH:
        faults.add("birth_date", f"出生日期 {born} 过早，请核对年份")
        return None
    return born


def _same_birth(draft: Draft, born: date, faults: Faults) -> None:
    try:
        typed = loose_date(draft.birth_date)
    except BadDate as refusal:
        faults.add("birth_date", refusal.sentence)
        return
    if typed != born:
        faults.add("birth_date", f"出生日期与身份证号中的 {born} 不同，请核对原件")


def _phone(draft: Draft, faults: Faults) -> str:
    if not draft.phone:
        return ""
    try:
        return phones.check(draft.phone)
    except Refusal as refusal:
        faults.add("phone", refusal.sentence)
        return ""


def _residence(draft: Draft, on: date, faults: Faults) -> date | None:
    if draft.basis not in RESIDENCES:
        faults.add("basis", "没有选户籍或居住情况，请从列出的情况里选")
        return None
    if draft.basis != "residence_permit":
        return None
    if not draft.permit_until:
        faults.add("permit_until", "没有填写居住证有效期止，请按证件填写，如 2025-06-30")
        return None
    try:
        until = loose_date(draft.permit_until)
    except BadDate as refusal:
        faults.add("permit_until", refusal.sentence)
        return None
    if until < on:
        faults.add("permit_until", f"居住证 {until} 已到期，请先续签再登记")
    return until
