"""Each field of a person that cannot be taken as typed is named, with a sentence that says what to do."""

from datetime import date
from typing import Any

import pytest

from people import number
from yingbao.registry.drafts import Draft, check

ON = date(2023, 10, 8)
RIGHT: dict[str, Any] = {"name": "安国强", "relation": "02", "document": number("19800101", "111")}
CHILD: dict[str, Any] = {"name": "安小雨", "relation": "30", "sex": "female", "birth_date": "2023-09-20"}
#: The last place wrong by one.
WRONG_CHECK = RIGHT["document"][:-1] + ("0" if RIGHT["document"][-1] != "0" else "1")


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"name": ""}, "name", "没有填写姓名"),
        ({"name": "安国?"}, "name", "重新录入"),
        ({"document": WRONG_CHECK}, "document", "最后一位应为"),
        ({"document": "99072119800101111"}, "document", "18位"),
        ({"document": 9.90721198001e17}, "document", "存成了数字"),
        ({"document": number("20230229", "111")}, "document", "出生日期"),
        ({"document": number("20231009", "111")}, "document", "晚于"),
        ({"document": "", "sex": "male", "birth_date": "2023-10-09"}, "birth_date", "还没有到"),
        ({"document": "", "sex": "male", "birth_date": "2023-02-29"}, "birth_date", "2月"),
        ({"document": "", "sex": "male", "birth_date": "1899-12-31"}, "birth_date", "过早"),
        ({"document": "", "sex": "male", "birth_date": ""}, "birth_date", "没有填写出生日期"),
        ({"document": "", "sex": "", "birth_date": "2023-09-20"}, "sex", "没有选性别"),
        ({"document": "", "sex": "male", "birth_date": "2021-10-08"}, "document", "未满两周岁"),
        ({"sex": "female"}, "sex", "第17位不符"),
        ({"birth_date": "1980-01-02"}, "birth_date", "不同"),
        ({"birth_date": "八零年"}, "birth_date", "年"),
        ({"document_kind": "08", "document": "x", "sex": "male", "birth_date": "1980-01-01"}, "document", "5至30位"),
        ({"document_kind": "77", "document": "H1234567", "sex": "male", "birth_date": "1980-01-01"}, "document_kind", "证件类型"),
        ({"phone": "1"}, "phone", "号"),
        ({"basis": ""}, "basis", "没有选户籍"),
        ({"basis": "residence_permit"}, "permit_until", "没有填写居住证"),
        ({"basis": "residence_permit", "permit_until": "2023-10-07"}, "permit_until", "已到期"),
        ({"basis": "residence_permit", "permit_until": "下月"}, "permit_until", "下月"),
        ({"relation": "xx"}, "relation", "重新选择"),
        ({"stage": "博士"}, "stage", "重新选择"),
        ({"insured_years": (23,)}, "insured_years", "四位年份"),
    ],
)  # fmt: skip
def test_a_field_at_fault_is_named(typed: dict[str, Any], field: str, said: str) -> None:
    person, faults = check(Draft(**{**RIGHT, **typed}), ON)
    assert person is None
    assert list(faults) == [field]
    assert said in faults[field]


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"basis": "residence_permit", "permit_until": "2023-10-08"},
        {"document": "", "sex": "male", "birth_date": "2021-10-09"},
        {"document": number("20240229", "111")},
        {"document_kind": "07", "document": "ABC-123456", "sex": "male", "birth_date": "1980-01-01"},
        {"birth_date": "1980.1.1", "sex": "male"},
    ],
)
def test_the_other_side_of_each_edge_is_taken(typed: dict[str, Any]) -> None:
    on = date(2024, 3, 1) if "20240229" in str(typed.get("document")) else ON
    person, faults = check(Draft(**{**RIGHT, **typed}), on)
    assert (faults, person is not None) == ({}, True)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("安国\n强", "安国强"),
        (" 安 国 强 ", "安国强"),
        ("䶮", "䶮"),
        ("𠮷野家", "𠮷野家"),
        ("阿依古丽•买买提", "阿依古丽·买买提"),
    ],
)
def test_names_are_kept_as_the_document_has_them(typed: str, read: str) -> None:
    person, _ = check(Draft(**{**RIGHT, "name": typed}), ON)
    assert person is not None
    assert person.name == read


def test_every_field_at_fault_is_said_at_once() -> None:
    _, faults = check(Draft(name="", document=WRONG_CHECK, phone="1", basis="x", relation="x", stage="x"), ON)
    assert set(faults) >= {"name", "document", "phone", "basis", "relation", "stage"}


def test_a_child_without_a_number_has_no_kind_of_document() -> None:
    person, _ = check(Draft(**CHILD), ON)
    assert person is not None
    assert (person.document, person.document_kind) == ("", "")


def test_text_the_database_cannot_hold_is_taken_without_it() -> None:
    person, _ = check(Draft(**RIGHT, school="一中\x00", nation=" 裕固族 "), ON)
    assert person is not None
    assert (person.school, person.nation) == ("一中", "裕固族")
