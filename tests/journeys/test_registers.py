"""征缴清册 in a browser: issued twice with the difference shown, why somebody's amount changed, a county's own figure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import connections
from django.test import override_settings
from playwright.sync_api import Page

import databases
import given
import paying
from journeys.browser import DESK, PHONE, faults, picture, serve, sideways
from journeys.desk import MIDDLEWARE
from people import CLERK, PROGRAM, YANGCHENG_CLERK, number
from populated import populate, population
from yingbao.billing import actions, tasks
from yingbao.billing.queries import registers
from yingbao.journal.models import Run
from yingbao.journal.scope import within
from yingbao.policy import load_release
from yingbao.registry import actions as registry
from yingbao.registry.drafts import Draft

SEASON, LATER = date(2023, 10, 8), date(2023, 11, 20)


@pytest.fixture(scope="module")
def county(migrated: str) -> Iterator[None]:
    """肃南 with a few hundred people and one family we know, assessed and issued once."""
    with databases.cloned(migrated):
        policy = load_release("620721", 2024)
        rows = population(policy, 900)
        rows[5]["unknown"] = ["employee_cover"]
        populate(policy, rows)
        given.household()
        given.assessed(on=SEASON)
        actions.issue_register(by=CLERK, region="620721", benefit_year=2024)
        yield


@pytest.fixture
def live() -> Iterator[str]:
    """The pages over the database of the moment."""
    with override_settings(MIDDLEWARE=MIDDLEWARE, WHITENOISE_USE_FINDERS=True, WHITENOISE_AUTOREFRESH=True):
        yield from serve(WSGIHandler())


def cookies_of(name: str) -> dict[str, str]:
    """Signed in as one of the cast."""
    return {"as": name}


def work() -> None:
    """What the worker does: every run that waits."""
    with within(PROGRAM):
        waiting = list(Run.objects.filter(outcome="waiting"))
    for run in waiting:
        tasks.work(run_id=str(run.id), unit_code=run.unit_code)
    connections.close_all()


def seen(page: Page, name: str) -> None:
    """A picture of the page at its width, without faults."""
    width = page.viewport_size["width"] if page.viewport_size else 0
    picture(page, name, width)
    assert sideways(page) <= 0
    assert faults(page) == []


def test_the_register_is_issued_twice_and_the_clerk_reads_why_an_amount_changed(
    county: None, opened: Callable[..., object]
) -> None:
    from django.db import connection  # noqa: PLC0415

    window = opened(DESK, cookies_of("clerk"))
    page: Page = window.new_page()  # type: ignore[attr-defined]
    page.goto("/registers/")
    seen(page, "registers-one")
    page.get_by_role("link", name="第 1 期").click()
    assert "预征清册 第 1 期" in page.inner_text("h1")
    seen(page, "register")

    # a class is recognised, everybody assessed again, the second issue made
    with within(PROGRAM):
        [mother] = [m for m in given.people_of(given_house(connection)).items() if m[0] == "兰秀英"]
    given.classes(mother[1], "rural_allowance_1", recognised_on=date(2023, 10, 20))
    page.goto("/registers/")
    page.get_by_role("link", name="全员核定").click()
    seen(page, "registers-assess")
    page.get_by_label("按哪一天缴费核定").fill("2023-11-20")
    page.get_by_role("button", name="开始核定").click()
    assert "正在全员核定" in page.inner_text("#main")
    seen(page, "registers-running")
    work()
    page.goto("/registers/")
    page.get_by_role("button", name="编制清册").click()
    work()
    page.goto("/registers/")
    seen(page, "registers-two")
    page.get_by_role("link", name="第 2 期").click()
    page.get_by_role("link", name="看每个人").click()
    assert "−310.00" in page.inner_text("#main")
    seen(page, "register-changes")
    row = page.get_by_role("row").filter(has_text="兰秀英")
    assert "70.00" in row.inner_text()
    row.get_by_role("link", name="看原因").click()
    words = page.inner_text("#main")
    assert "70.00" in words
    assert "农村低保一类" in words
    assert "肃医保〔2023〕48号" in words
    assert "380.00 元 → 70.00 元" in words
    seen(page, "bill")
    page.get_by_role("link", name="兰秀英").first.click()
    assert "2024年度账单" in page.inner_text("#bill")
    seen(page, "person-with-bill")


def given_house(connection: object) -> object:
    """The household of the family we know."""
    from yingbao.registry.models import Membership, Resident  # noqa: PLC0415

    return Membership.objects.get(
        resident=Resident.objects.get(name="安国强", birth_date=date(1980, 1, 1))
    ).household_id


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_every_page_of_an_issue_is_fit_to_be_seen(
    county: None, look: Callable[..., Page], width: int
) -> None:
    cookies = cookies_of("clerk")
    with within(CLERK):
        issue = registers.registers("620721", 2024)[-1]
        [unknown] = registers.people(issue, outcome="undetermined", limit=1)
        [able] = registers.people(issue, category="rural_allowance_3", limit=1)
    for kind, send in (("zero", actions.send_zero_fee), ("tags", actions.send_tags)):
        try:
            made = send(by=CLERK, register_id=issue.id)
        except Exception:  # noqa: BLE001 - the other width has made it
            continue
        if kind == "zero":
            refuse_one(made)
    base = f"/registers/{issue.id}/"
    for path, name in (
        ("/registers/", "registers"), (base, "register"), (f"{base}people/?outcome=payable", "register-people"),
        (f"{base}batches/", "register-batches"), ("/registers/parameters/", "parameters-none"),
        (f"/bills/{unknown.number}/", "bill-undetermined"), (f"/bills/{able.number}/", "bill-subsidised"),
    ):  # fmt: skip
        look(path, width, cookies=cookies, name=name)
    page = look(f"{base}batches/", width, cookies=cookies, name="register-batches")
    page.get_by_role("link", name="L01").first.click()
    seen(page, "batch")


def refuse_one(batch_id: object) -> None:
    from yingbao.billing.queries import batches  # noqa: PLC0415

    with within(CLERK):
        [line, *_] = batches.lines(batch_id)  # type: ignore[arg-type]
    text = paying.tax_answer(f"{line.number},0,证件号码与公安不一致")
    actions.read_acknowledgement(by=CLERK, batch_id=batch_id, content=text.encode(), now=paying.at(SEASON))  # type: ignore[arg-type]


def test_who_may_only_look_finds_no_button(county: None, opened: Callable[..., object]) -> None:
    page: Page = opened(DESK, cookies_of("finance")).new_page()  # type: ignore[attr-defined]
    page.goto("/registers/")
    assert page.get_by_role("link", name="全员核定").count() == 0
    assert page.get_by_role("button", name="编制清册").count() == 0
    town: Page = opened(DESK, cookies_of("kangle_clerk")).new_page()  # type: ignore[attr-defined]
    answer = town.goto("/registers/")
    assert answer is not None
    assert answer.status == 403
    assert "看征缴清册" in town.inner_text("#main")


def test_a_county_supplies_the_amount_and_undetermined_bills_become_bills(
    database: str, opened: Callable[..., object]
) -> None:
    policy = load_release("140500", 2024)
    registry.units_of_release(by=PROGRAM, policy=policy, from_on=date(2010, 1, 1))
    on = date(2023, 10, 12)
    house = registry.register_household(
        by=PROGRAM, unit_code="140522", members=[Draft(name="程建国", relation="02", document=number("19600101", "111", "990522"))],
        on=on, grounds="户口簿",
    )  # fmt: skip
    one = given.people_of(house, on, by=PROGRAM)["程建国"]
    given.classes(one, "severe_disability_1", by=PROGRAM)
    actions.assess_everyone(by=YANGCHENG_CLERK, region="140522", benefit_year=2024, on=on)
    page: Page = opened(DESK, cookies_of("yangcheng_clerk")).new_page()  # type: ignore[attr-defined]
    page.goto("/registers/")
    seen(page, "registers-open-parameters")
    page.get_by_role("link", name="去补填").click()
    page.get_by_label("哪一项").select_option("severe-disability-subsidy")
    page.get_by_label("金额").fill("很多")
    page.get_by_role("button", name="补填").click()
    assert "金额写成“280元”的样子" in page.inner_text("#main")
    seen(page, "parameters-refused")
    page.get_by_label("哪一项").select_option("severe-disability-subsidy")
    page.get_by_label("金额").fill("200元")
    page.get_by_label("出处").fill("阳政办发〔2017〕40号 第三条")
    page.get_by_role("button", name="补填").click()
    seen(page, "parameters")
    page.goto("/registers/assess/")
    page.get_by_label("按哪一天缴费核定").fill("2023-10-12")
    page.get_by_role("button", name="开始核定").click()
    work()
    with within(YANGCHENG_CLERK):
        from yingbao.billing.queries import bills  # noqa: PLC0415

        bill = bills.current_bill(one, 2024)
        assert bill is not None
    page.goto(f"/bills/{bill.bill.number}/")
    words = page.inner_text("#main")
    assert "180.00" in words  # 380 − 200
    assert "200元，依 阳政办发〔2017〕40号 第三条" in words
    seen(page, "bill-supplied")
