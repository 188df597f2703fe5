"""The home page: the figures are those of the rows, of my region only, and nothing is shown that is not known."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import BrowserContext

import given
from journeys.browser import DESK
from journeys.looking import looked
from journeys.signin import client_of, cookies_of
from people import (
    AN_XIAOYU,
    AUDITOR,
    CLERK,
    GAOTAI_CLERK,
    HUANGCHENG,
    HUANGCHENG_CLERK,
    KANGLE,
    KANGLE_CLERK,
    SEASON,
    draft,
    staff,
)
from yingbao.journal.scope import within
from yingbao.policy import load_release
from yingbao.registry.queries import standing
from yingbao.web.releases import policy_of
from yingbao.web.workbench.presenters import home

Opened = Callable[..., BrowserContext]
SUNAN = load_release("620721", 2024)


@pytest.fixture(autouse=True)
def _units(database: str) -> None:
    given.units()


def families() -> None:
    """Three enrolled in 康乐, one in 皇城."""
    given.household()
    given.household([draft("屈文", "19700101", "131")], unit_code=HUANGCHENG)


def test_people_are_counted_by_unit_within_the_region() -> None:
    families()
    with within(CLERK):
        rows, says = standing.standings(SUNAN, CLERK.unit_code, SEASON)
    assert says
    assert {(row.code, row.people, row.enrolled) for row in rows if row.people} == {
        (KANGLE, 3, 3),
        (HUANGCHENG, 1, 1),
    }
    assert SUNAN.release.units is not None
    assert sum(row.should or 0 for row in rows) == sum(
        unit.number or 0 for unit in SUNAN.release.units.of.values()
    )
    with within(HUANGCHENG_CLERK):
        rows, _ = standing.standings(SUNAN, HUANGCHENG, SEASON)
    assert [(row.code, row.people) for row in rows] == [(HUANGCHENG, 1)]


def test_laggards_come_first_and_equals_share_a_place() -> None:
    rows = [
        standing.Standing("a", "甲镇", 90, 90, 0, 100),
        standing.Standing("b", "乙镇", 2, 2, 0, 3),
        standing.Standing("c", "丙镇", 45, 45, 0, 50),
        standing.Standing("d", "丁镇", 0, 0, 0, 0),
    ]
    ranks = home.ranking(rows, says=True)
    assert [(rank.name, rank.place, rank.rate, rank.missing) for rank in ranks] == [
        ("乙镇", 3, "66.66", 1),
        ("丙镇", 1, "90.00", 5),
        ("甲镇", 1, "90.00", 10),
    ]


@pytest.mark.parametrize(
    ("on", "days", "until"),
    [
        (date(2023, 9, 9), None, "集中缴费期 2023-09-10 开始"),
        (date(2023, 12, 8), 23, "集中缴费期到 2023-12-31"),
        (date(2023, 12, 31), 0, "集中缴费期到 2023-12-31"),
        (date(2024, 1, 1), None, "集中缴费期已于 2023-12-31 结束"),
    ],
)
def test_the_countdown_runs_to_the_last_day_which_counts(on: date, days: int | None, until: str) -> None:
    found = home.window(policy_of("620721", 2024), on)
    assert found is not None
    assert (found.days, found.until) == (days, until)


def test_a_newborn_without_a_number_waits_in_the_last_month_and_not_after() -> None:
    given.household()  # 安小雨 was born on 2023-09-20
    assert AN_XIAOYU.birth_date == "2023-09-20"
    with within(KANGLE_CLERK):
        found = {day: standing.waiting("newborns", day) for day in map(date.fromisoformat, (
            "2023-11-19", "2023-11-21", "2023-12-19", "2023-12-20",
        ))}  # fmt: skip
        [one] = standing.waiters("newborns", date(2023, 12, 1))
    assert [waiting.number for waiting in found.values()] == [0, 1, 1, 0]
    assert (one.name, one.due_on) == ("安小雨", date(2023, 12, 20))
    with within(GAOTAI_CLERK):
        assert standing.waiting("newborns", date(2023, 12, 1)).number == 0


def test_a_permit_is_waited_for_in_its_last_thirty_days() -> None:
    permit = draft("外来人", "19850505", "151", basis="residence_permit", permit_until="2024-03-31")
    given.household([permit])
    with within(CLERK):
        days = [date(2024, 2, 29), date(2024, 3, 1), date(2024, 3, 31), date(2024, 4, 1)]
        assert [standing.waiting("permits", day).number for day in days] == [0, 1, 1, 0]


def test_the_page_shows_figures_of_the_rows(opened: Opened) -> None:
    page = opened(DESK, cookies_of(CLERK)).new_page()
    page.goto("/")
    assert "还没有登记人员" in page.locator("main").inner_text()
    looked(page, "home-empty")
    families()
    from django.core.cache import cache  # noqa: PLC0415

    cache.clear()
    page.goto("/")
    text = page.locator("main").inner_text()
    assert re.search(r"已参保\s*4\s*人", text)
    assert re.search(r"未参保\s*29,496\s*人", text)
    assert page.locator(".ranking tbody tr").count() == 8
    looked(page, "home")


def test_an_administrator_sees_no_people_and_an_auditor_no_work(opened: Opened) -> None:
    families()
    system = client_of(staff("郭文斌", "system_admin")).get("/").content.decode()
    assert "已参保" not in system
    auditor = client_of(AUDITOR).get("/").content.decode()
    assert "新生儿" not in auditor
    assert client_of(staff("郭文斌", "system_admin")).get("/todo/newborns/").status_code == 403
    page = opened(DESK, cookies_of(staff("杨雪", "security_admin"))).new_page()
    page.goto("/")
    looked(page, "home-security")
