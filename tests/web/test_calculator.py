"""The calculator answers as the worked cases do, and says at each field what is wrong with it."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.http import QueryDict
from django.test import Client

from yingbao.policy import assess
from yingbao.policy.check.examples import example_person
from yingbao.policy.explain import summary
from yingbao.web.releases import policy_of
from yingbao.web.workbench.calculator_form import CalculatorForm
from yingbao.web.workbench.presenters.facts import link_values

SignedIn = Callable[[str], Client]
CASES = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "spec" / "cases" / "payments.jsonl")
    .read_text("utf-8")
    .splitlines()
]


def query(case: Mapping[str, Any]) -> dict[str, Any]:
    """A case as the calculator's parameters."""
    person, classes = case["person"], case["categories"]
    policy = policy_of(case["region"], case["benefit_year"])
    assert not any(entry.get("ended_on") for entry in classes)
    codes = {policy.vocabulary.code(entry["name"]): entry.get("recognised_on") for entry in classes}
    newest = max(((on, code) for code, on in codes.items() if on), default=("", ""))
    found: dict[str, Any] = {
        "release": f"{case['region']}-{case['benefit_year']}",
        "on": case["paid_on"],
        "birth_date": person["birth_date"],
        "residence": person["residence"],
        "categories": [code for code in codes if code != newest[1]],
        "recognised": newest[1],
        "recognised_on": newest[0],
        "discharged_on": person.get("discharged_on") or "",
    }
    if "insured_years" in person:
        years = person["insured_years"]
        found |= {"insured": "years" if years else "never", "insured_years": years}
    if "employee_cover" in person:
        until = person["employee_cover"]["until"]
        found |= {"employee_cover": "ended" if until else "active", "employee_cover_until": until or ""}
    return found


def page(client: Client, parameters: Mapping[str, Any]) -> str:
    answer = client.get("/policy/calculator/?" + urlencode(parameters, doseq=True))
    return html.unescape(answer.content.decode())


@pytest.mark.parametrize("case", [c for c in CASES if "offered_fen" not in c], ids=lambda case: case["id"])
def test_it_answers_as_the_worked_case(signed_in: SignedIn, case: Mapping[str, Any]) -> None:
    parameters = query(case)
    text = page(signed_in("officer"), parameters)
    verdict = re.search(r'<div class="verdict">.*?<details class="why"', text, re.DOTALL)
    assert verdict is not None
    if not case["expected"]["allowed"]:
        assert "这天不能缴" in verdict[0]
        return
    found = [case["expected"], *case.get("also_accepted", ())]
    assert any(matches(verdict[0], wanted) for wanted in found)


def matches(verdict: str, wanted: Mapping[str, Any]) -> bool:
    due, start, wait = wanted.get("due_fen"), wanted.get("benefit_start"), wanted.get("waiting_days")
    money = f"<dd>{due // 100}.{due % 100:02d}<small>元" if due is not None else "还不能确定"
    if due is not None and due >= 100_000:
        money = f"<dd>{due // 100:,}.{due % 100:02d}<small>元"
    said = [money]
    said += [start] if start else []
    said += [f"{wait} 日" if wait else "<b>无</b>"] if wait is not None and due is not None else []
    return all(part in verdict for part in said)


def test_steps_carry_their_clause_and_the_shares_add_up(signed_in: SignedIn) -> None:
    text = page(
        signed_in("clerk"),
        {
            "release": "620602-2025", "on": "2024-11-18", "birth_date": "1958-03-14", "residence": "hukou",
            "categories": ["rural_allowance_3", "lifted"], "insured": "years", "insured_years": [2023, 2024],
        },
    )  # fmt: skip
    for said in (
        "150.00",
        "−250.00",
        "甘医保发〔2024〕54号 附表2、三",
        "合计 1,070.00 元",
        "536.00",
        "116.80",
        "17.20",
    ):
        assert said in text
    assert "各项资助相加，合计不超过缴费标准，则应缴 50.00 元" in text


def test_what_is_not_known_is_named_and_leads_to_its_question(signed_in: SignedIn) -> None:
    text = page(
        signed_in("clerk"),
        {"release": "620602-2025", "on": "2024-11-18", "residence": "hukou", "insured": "unknown"},
    )
    assert '缺：<a href="#insured">以往参保年度</a>，补齐后才能确定' in text


def test_an_amount_left_to_the_county_is_undetermined_not_zero(signed_in: SignedIn) -> None:
    text = page(
        signed_in("officer"),
        {
            "release": "140500-2024",
            "on": "2023-10-12",
            "residence": "hukou",
            "categories": "severe_disability",
        },
    )
    assert "还不能确定" in text
    assert "参数 severe-disability-subsidy（上级或原有文件未提供）" in text


def test_who_cannot_pay_is_told_the_first_day_on_which_he_can(signed_in: SignedIn) -> None:
    text = page(signed_in("officer"), {"release": "140500-2024", "on": "2023-09-28", "residence": "hukou"})
    assert "这天不能缴" in text
    assert "<b>2023-10-01</b> 可以缴 <b>380.00</b> 元" in text


def test_a_later_recognition_brings_a_transfer(signed_in: SignedIn) -> None:
    text = page(
        signed_in("officer"),
        {
            "release": "620724-2024", "on": "2023-11-05", "birth_date": "1985-06-15", "residence": "hukou",
            "recognised": "rural_allowance_1", "recognised_on": "2023-11-25",
        },
    )  # fmt: skip
    assert "先缴 380.00 元；2023 年 12 月把 310.00 元转入一卡通" in text


WRONG = [
    ({"on": ""}, "没有填缴费日，请写成 2024-11-18 的样子"),
    ({"on": "2024-13-01"}, "“2024-13-01”的月份不对：没有13月，请核对"),
    ({"on": "2023-02-29"}, "“2023-02-29”的日不对：2023年2月只有28天，请核对"),
    ({"on": "昨天"}, "“昨天”不是完整的日期"),
    ({"birth_date": "85年"}, "“85年”不是完整的日期"),
    ({"birth_date": "2030-01-01"}, "出生日期 2030-01-01 晚于缴费日 2024-11-18，请核对"),
    ({"residence": "mars"}, "没有“mars”这一项，请从列表里选"),
    ({"categories": "nobody"}, "没有“nobody”这一类，请从列表里勾选"),
    ({"release": "110000-2024"}, "没有这个地区、年度的政策，请从列表里选"),
    ({"employee_cover": "ended"}, "选了已停，还要填停保日，例如 2024-04-30"),
    ({"recognised": "lifted"}, "选了新认定的类别，还要填认定日，例如 2024-03-01"),
    ({"recognised_on": "2024-03-01"}, "填了认定日，还要选新认定的是哪一类"),
    ({"insured": "years"}, "选了参过保，还要勾参保过的年度；从未参保请改选“从未参保”"),
]


@pytest.mark.parametrize(("change", "sentence"), WRONG, ids=[s for _, s in WRONG])
def test_what_is_wrong_is_said_at_its_field_and_at_the_top(
    signed_in: SignedIn, change: dict[str, str], sentence: str
) -> None:
    given = {
        "release": "620602-2025",
        "on": "2024-11-18",
        "birth_date": "1985-06-15",
        "residence": "hukou",
        **change,
    }
    answer = signed_in("clerk").get("/policy/calculator/?" + urlencode(given))
    text = html.unescape(answer.content.decode())
    name = next(iter(change))
    name = {
        "employee_cover": "employee_cover_until",
        "insured": "insured_years",
        "recognised": "recognised_on",
        "recognised_on": "recognised",
    }.get(name, name)
    assert answer.status_code == 422
    assert re.search(rf'<span class="err" id="{name}-error">[^<]*{re.escape(sentence)}', text)
    assert re.search(rf'<a href="#{name}">[^<]*{re.escape(sentence)}', text)


def test_days_may_be_typed_as_people_write_them(signed_in: SignedIn) -> None:
    text = page(
        signed_in("officer"),
        {"release": "520100-2024", "on": "2024年6月15日", "birth_date": "1985.6.15", "residence": "hukou"},
    )
    assert "<dd>1,020.00<small>元" in text
    assert "2024-08-15" in text


def test_nothing_asked_yet_is_an_empty_state_and_not_an_error(signed_in: SignedIn) -> None:
    answer = signed_in("clerk").get("/policy/calculator/")
    assert answer.status_code == 200
    assert "填缴费日，点“算”" in answer.content.decode()
    assert "aria-invalid" not in answer.content.decode()


def test_no_name_and_no_number_is_asked(signed_in: SignedIn) -> None:
    fields = re.findall(r'name="(\w+)"', signed_in("clerk").get("/policy/calculator/").content.decode())
    assert not {"name", "id_number", "number", "phone"} & set(fields)


@pytest.mark.parametrize("key", ["620724/2024", "620721/2024", "620602/2025", "140500/2024", "520100/2024"])
def test_every_example_opens_in_the_calculator_with_the_same_answer(key: str) -> None:
    region, year = key.split("/")
    policy = policy_of(region, int(year))
    wrong = []
    for name, example in policy.release.examples.items():
        form = CalculatorForm(policy, QueryDict(urlencode(link_values(policy, example), doseq=True)))
        read = form.person() if form.is_valid() else None
        wanted = summary(assess(policy.program, example_person(policy, example), example.on))
        if read is None or summary(assess(policy.program, read.person, example.on)) != wanted:
            wrong.append((name, dict(form.errors)))
    assert wrong == []
