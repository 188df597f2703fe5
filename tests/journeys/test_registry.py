"""The registry at the desk: registering, moving, merging, looking back, and bad input by hand."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

import given
from journeys.browser import faults, sideways
from journeys.desk import live  # noqa: F401
from journeys.looking import looked
from people import CLERK, HUANGCHENG, KANGLE, SEASON, STATION, number
from yingbao.journal.scope import within
from yingbao.registry import actions, queries
from yingbao.registry.drafts import Draft

CHINA = ZoneInfo("Asia/Shanghai")
At = Callable[..., Page]


@pytest.fixture(autouse=True)
def _units(database: str) -> None:
    given.units()


@pytest.fixture
def at(opened: Callable[..., Any]) -> Iterator[At]:
    """A page as one of the cast sees it; whatever it shows at the end has no fault."""
    pages: list[Page] = []

    def page(path: str, who: str = "clerk", width: int = 1280, **options: Any) -> Page:
        window = opened(width, {"as": who}, **options)
        made: Page = window.new_page()
        made.set_default_timeout(20_000)
        made.goto(path)
        pages.append(made)
        return made

    yield page
    for page_ in pages:
        assert faults(page_) == []
        assert sideways(page_) <= 0


def seen(page: Page, name: str) -> None:
    """No fault on the page as it stands now at any width, and pictures of it."""
    looked(page, f"registry-{name}")


def fill(page: Page, place: int, **typed: str) -> None:
    """A member's fields by name; selects by value."""
    for name, value in typed.items():
        box = page.locator(f"[name=m{place}-{name.removesuffix('_')}]")
        if box.evaluate("one => one.tagName") == "SELECT":
            box.select_option(value)
        else:
            box.fill(value)


def error_of(page: Page, field: str) -> str:
    """The sentence at a field."""
    return page.locator(f"#id_{field}-error").inner_text()


def test_a_clerk_registers_a_household_of_four_with_a_newborn_without_a_number(at: At) -> None:
    page = at("/households/new/")
    page.locator("[name=unit_code]").select_option(KANGLE)
    page.locator("[name=grounds]").fill("户口簿、出生医学证明")
    fill(page, 0, name="安国强", document=number("19800101", "111"), phone="12900001111")
    page.locator("[name=m0-name]").click()
    # the number fills in birth date and sex
    expect(page.locator("[name=m0-birth_date]")).to_have_value("1980-01-01")
    expect(page.locator("[name=m0-sex]")).to_have_value("male")
    for place in (1, 2, 3):
        page.get_by_role("button", name="再加一人").click()
        expect(page.locator(f"[name=m{place}-name]")).to_be_visible()
    fill(page, 1, name="兰秀英", relation="10", document=number("19820301", "222"))
    fill(page, 2, name="安志强", relation="20", document=number("20120712", "131"))
    fill(page, 3, name="安小雨", relation="30", birth_date="2023-09-20", sex="female")
    page.locator("[name=m3-name]").click()
    expect(page.locator("[name=m2-birth_date]")).to_have_value("2012-07-12")
    seen(page, "register-four")
    page.get_by_role("button", name="登记这一户").click()
    expect(page.get_by_role("heading", name="安国强家 4 人")).to_be_visible()
    expect(page.get_by_text("已登记一户 4 人")).to_be_visible()
    seen(page, "household-four")
    page.get_by_role("link", name="安小雨").click()
    expect(page.get_by_text("还没有证件号码")).to_be_visible()
    seen(page, "newborn")


def test_a_man_moves_from_kangle_to_huangcheng_and_both_places_stay_readable(at: At) -> None:
    ids = given.people_of(given.household())
    page = at(f"/residents/{ids['安国强']}/")
    page.get_by_text("登记变更").click()
    page.get_by_role("link", name="迁移").click()
    page.get_by_label("自己立一户").check()
    page.locator("[name=unit_code]").select_option(HUANGCHENG)
    page.locator("[name=grounds]").fill("迁移证")
    page.locator("[name=on]").fill("2023-10-08")
    seen(page, "move")
    page.get_by_role("button", name="迁移").click()
    expect(page.get_by_text("已在皇城镇立户")).to_be_visible()
    expect(page.locator(".tl")).to_contain_text("登记在皇城镇")
    seen(page, "moved")
    page.get_by_role("link", name="登记过的样子").click()
    expect(page.get_by_role("table")).to_contain_text("康乐镇 → 皇城镇")
    # those left behind have no head, and the page says what to do
    page.goto(f"/residents/{ids['兰秀英']}/")
    page.get_by_role("link", name="打开家庭").click()
    expect(page.get_by_text("这一户没有户主")).to_be_visible()
    page.get_by_role("link", name="改关系").first.click()
    page.get_by_label("兰秀英").select_option("02")
    page.locator("[name=grounds]").fill("户口簿首页")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("heading", name="兰秀英家 2 人")).to_be_visible()


def test_a_station_family_lands_in_huangcheng_and_the_page_says_why(at: At) -> None:
    household = given.household()
    page = at(f"/households/{household}/move/")
    page.locator("[name=unit_code]").select_option(STATION)
    expect(page.locator("#landing")).to_contain_text("会登记在皇城镇")
    expect(page.locator("#landing")).to_contain_text("肃医保〔2023〕48号 四(三)")
    page.locator("[name=grounds]").fill("推广站务工证明")
    seen(page, "station")
    page.get_by_role("button", name="迁移").click()
    expect(page.get_by_text("已迁到皇城镇")).to_be_visible()
    seen(page, "station-landed")
    page.get_by_role("link", name="安国强").click()
    expect(page.locator(".tl")).to_contain_text("务工 甘肃省绵羊繁育技术推广站")


def test_two_records_of_one_person_are_merged_by_clerk_and_reviewer_and_both_can_be_read(at: At) -> None:
    kept = given.people_of(given.household())["安国强"]
    twin = given.people_of(
        given.household(
            [
                Draft(
                    name="安国强",
                    relation="02",
                    sex="male",
                    birth_date="1980-01-01",
                    document_kind="99",
                    document="HK12345",
                )
            ],
            unit_code=HUANGCHENG,
        )
    )["安国强"]
    clerk = at(f"/residents/{kept}/merge/")
    clerk.get_by_role("link", name=re.compile("对照")).click()
    expect(clerk.get_by_role("table").first).to_contain_text("不同")
    seen(clerk, "merge-propose")
    clerk.locator("[name=grounds]").fill("核对户口簿，同一人")
    clerk.get_by_role("button", name="提交复核").click()
    expect(clerk.get_by_text("等复核人决定")).to_be_visible()
    clerk.get_by_role("link", name="看", exact=True).click()
    expect(clerk.get_by_text("这份申请是您提交的")).to_be_visible()
    assert clerk.get_by_role("button", name="同意合并").is_disabled()
    seen(clerk, "merge-blocked")

    reviewer = at("/merges/", "reviewer")
    reviewer.get_by_role("link", name="复核", exact=True).click()
    reviewer.get_by_role("button", name="退回").click()
    assert "没有写退回的理由" in error_of(reviewer, "grounds")
    reviewer.get_by_role("button", name="同意合并").click()
    expect(reviewer.get_by_text("已同意，已生效")).to_be_visible()
    seen(reviewer, "merge-decided")

    clerk.goto(f"/residents/{twin}/")
    expect(clerk.get_by_text("这份记录已并入另一份")).to_be_visible()
    seen(clerk, "merged-away")
    clerk.get_by_role("link", name="登记过的样子").click()
    expect(clerk.get_by_role("table")).to_contain_text("皇城镇")
    clerk.goto(f"/residents/{kept}/")
    expect(clerk.locator(".tl")).to_contain_text("合并（已同意）")
    clerk.goto(f"/residents/{twin}/split/")
    clerk.locator("[name=grounds]").fill("其实是两个人")
    clerk.get_by_role("button", name="提交复核").click()
    expect(clerk.get_by_text("已提交拆分")).to_be_visible()


def test_the_auditor_asks_what_was_known_of_a_person_before_a_change(at: At) -> None:
    household = given.household()
    wife = given.people_of(household)["兰秀英"]
    with within(CLERK):
        then = queries.person_page(wife, SEASON).known_from
    before = then.astimezone(CHINA)
    page = at(f"/residents/{wife}/", "auditor")
    page.locator("#known").fill(before.strftime("%Y-%m-%dT%H:%M"))
    # the minute typed counts in full: what is changed in it is known in it
    actions.recognise(
        by=CLERK,
        resident_id=wife,
        category="rural_allowance_1",
        recognised_on=SEASON,
        evidence="民政 2023-10 名单 第 7 行",
    )
    page.goto(
        f"/residents/{wife}/?known={before.replace(second=0, microsecond=0).strftime('%Y-%m-%dT%H:%M')}"
    )
    expect(page.locator(".known-banner")).to_contain_text("那一刻登记的样子")
    seen(page, "known-then")
    page.goto(f"/residents/{wife}/?known=2020-01-01T00:00")
    expect(page.get_by_text("没有找到这个人")).to_be_visible()
    page.goto(f"/residents/{wife}/?known=abc")
    expect(page.get_by_text("日期时间读不懂").first).to_be_visible()
    # a clerk has no such field, and the address does nothing for them
    clerk = at(f"/residents/{wife}/?known=2020-01-01T00:00")
    expect(clerk.get_by_role("heading", name="兰秀英")).to_be_visible()
    assert datetime.now(UTC) >= then


def test_two_heads_and_one_number_twice_are_said_at_the_second(at: At) -> None:
    page = at("/households/new/")
    page.locator("[name=unit_code]").select_option(KANGLE)
    page.locator("[name=grounds]").fill("户口簿")
    fill(page, 0, name="安国强", document=number("19800101", "111"))
    page.get_by_role("button", name="再加一人").click()
    expect(page.locator("[name=m1-name]")).to_be_visible()
    fill(page, 1, name="安国栋", relation="02", document=number("19800101", "111"))
    page.get_by_role("button", name="登记这一户").click()
    assert "一户只能有一个户主" in error_of(page, "m1-relation")
    assert "与第 1 人的证件号码相同" in error_of(page, "m1-document")
    seen(page, "two-heads")
