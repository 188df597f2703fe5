"""Every page looked at in Chromium on a desk and on a phone: axe finds nothing, nothing scrolls sideways."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from journeys.browser import DESK, PHONE

Look = Callable[..., Page]
CALCULATED = (
    "/policy/calculator/?release=620602-2025&on=2025-02-01&birth_date=1958-03-14&residence=hukou"
    "&categories=rural_allowance_3&categories=lifted&insured=years&insured_years=2021"
)
PAGES = {
    "components": "/components/",
    "policies": "/policy/",
    "policy-gaotai": "/policy/620724/2024/",
    "policy-sunan": "/policy/620721/2024/",
    "policy-liangzhou": "/policy/620602/2025/",
    "policy-jincheng": "/policy/140500/2024/",
    "policy-guiyang": "/policy/520100/2024/",
    "proof": "/policy/520100/2024/proof/",
    "examples": "/policy/620602/2025/examples/",
    "source": "/policy/140500/2024/source/",
    "compare": "/policy/compare/?a=620602-2025&b=520100-2024",
    "calculator": "/policy/calculator/",
    "calculated": CALCULATED,
    "cannot-pay": "/policy/calculator/?release=140500-2024&on=2023-09-28&residence=hukou",
}


@pytest.mark.parametrize("width", [DESK, PHONE])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_stands_on_desk_and_phone(look: Look, name: str, width: int) -> None:
    look(PAGES[name], width, cookies={"as": "officer"}, name=name)


@pytest.mark.parametrize("name", ["policy-liangzhou", "calculated", "components"])
@pytest.mark.parametrize("width", [360, 800])
def test_other_widths_do_not_scroll_sideways(look: Look, name: str, width: int) -> None:
    look(PAGES[name], width, cookies={"as": "province"}, name=name)


@pytest.mark.parametrize("width", [DESK, PHONE])
@pytest.mark.parametrize(
    ("name", "path", "who", "status"),
    [
        ("forbidden", "/components/", "stranger", 403),
        ("missing", "/no-such-page/", "officer", 404),
        ("missing-plain", "/no-such-page/", "", 404),
        (
            "wrong",
            "/policy/calculator/?release=620602-2025&on=2024-13-01&birth_date=30&employee_cover=ended",
            "clerk",
            422,
        ),
    ],
)
def test_a_refusal_stands_too(look: Look, name: str, path: str, who: str, status: int, width: int) -> None:
    look(path, width, cookies={"as": who} if who else {}, name=name, status=status)


def test_the_menu_of_a_phone_opens_and_escape_closes_it(opened: Callable[..., BrowserContext]) -> None:
    page = opened(PHONE, {"as": "officer"}).new_page()
    page.goto("/policy/")
    page.get_by_label("菜单", exact=True).click()
    expect(page.get_by_role("navigation", name="业务菜单").get_by_role("link", name="政策")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("navigation", name="业务菜单")).to_be_hidden()


def test_the_year_switch_leads_to_the_same_page_of_another_place(
    opened: Callable[..., BrowserContext],
) -> None:
    page = opened(DESK, {"as": "province"}).new_page()
    page.goto("/policy/620724/2024/examples/")
    page.locator("details.switch").first.locator("summary").click()
    page.get_by_role("link", name="肃南裕固族自治县").click()
    expect(page).to_have_url(re.compile(r"/policy/620721/2024/examples/$"))


def test_pages_work_without_javascript(opened: Callable[..., BrowserContext]) -> None:
    page = opened(DESK, {"as": "officer"}, java_script_enabled=False).new_page()
    page.goto("/policy/520100/2024/")
    expect(page.get_by_role("link", name="检验", exact=True).first).to_be_visible()
    page.locator("details#channels summary").click()
    expect(page.get_by_text("贵州省农村信用社").first).to_be_visible()
    page.goto("/policy/calculator/?release=520100-2024")
    page.get_by_label("缴费日").fill("2024-06-15")
    page.get_by_role("button", name="算", exact=True).click()
    expect(page.locator("#answer")).to_contain_text("1,020.00")


def test_the_proof_is_fetched_into_the_reading_page(opened: Callable[..., BrowserContext]) -> None:
    page = opened(DESK, {"as": "officer"}).new_page()
    page.goto("/policy/140500/2024/")
    expect(page.get_by_text("每天只有一个答案")).to_be_visible(timeout=15_000)


def test_an_error_takes_the_focus_and_leads_to_its_field(opened: Callable[..., BrowserContext]) -> None:
    page = opened(DESK, {"as": "clerk"}).new_page()
    page.goto("/policy/calculator/?release=620602-2025&on=2024-13-01")
    expect(page.locator(".errors")).to_be_focused()
    page.locator(".errors a").first.click()
    expect(page.get_by_label("缴费日")).to_be_focused()


def test_a_second_person_is_asked_in_a_dialog(opened: Callable[..., BrowserContext]) -> None:
    page = opened(DESK, {"as": "officer"}).new_page()
    page.goto("/components/")
    page.locator("#ready").get_by_role("button", name="提交复核").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
