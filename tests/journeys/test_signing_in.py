"""Signing in as people do: password, second factor, a password of one's own; locked out; another post; out again."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client
from playwright.sync_api import BrowserContext, Page

import given
from journeys.browser import DESK, picture
from journeys.looking import looked
from journeys.signin import (
    PASSWORD,
    account,
    client_of,
    code_of,
    cookies_of,
    enrol,
    grant,
    login_of,
    used_code_of,
)
from people import CLERK, KANGLE, KANGLE_CLERK, REVIEWER, SEASON
from yingbao.accounts import signing
from yingbao.accounts.models import Staff
from yingbao.journal.models import Entry
from yingbao.journal.scope import within

OWN = "Qilian-2026-xue"
Opened = Callable[..., BrowserContext]


@pytest.fixture(autouse=True)
def _units(database: str) -> None:
    given.units()


def deeds(staff_id: object) -> list[str]:
    with within("0"):
        found = Entry.objects.filter(subject_id=staff_id).order_by("id")
        return [entry.action for entry in found]


def type_password(page: Page, login: str, password: str) -> None:
    page.get_by_label("登录名").fill(login)
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="下一步").click()


def test_a_new_clerk_sets_up_the_second_factor_and_a_password_of_her_own(opened: Opened) -> None:
    account(CLERK, login="anjianhua")
    page = opened(DESK).new_page()
    page.goto("/runs/")
    looked(page, "signin")
    type_password(page, "anjianhua", PASSWORD)
    assert page.get_by_role("heading", level=1).inner_text() == "设置动态口令"
    looked(page, "signin-setup")
    secret = page.locator("#secret").inner_text().replace(" ", "")
    page.get_by_role("textbox", name="动态口令").fill("000000")
    page.get_by_role("button", name="确认").click()
    looked(page, "signin-setup-wrong")
    page.wait_for_timeout(1_100)  # after a wrong code the generator takes none for a second
    assert page.locator("#secret").inner_text().replace(" ", "") == secret
    page.get_by_role("textbox", name="动态口令").fill(code_of(CLERK, confirmed=False))
    page.get_by_role("button", name="确认").click()
    looked(page, "signin-codes")
    assert page.locator(".codes li").count() == 10
    page.get_by_role("button", name="我已收好").click()
    looked(page, "signin-password")
    page.get_by_label("新密码", exact=True).fill("anjianhua")
    page.get_by_label("再输一次新密码").fill("anjianhua1")
    page.get_by_role("button", name="换密码").click()
    said = page.locator(".fld.bad").first.inner_text()
    assert "密码太短，至少 10 位" in said
    assert "密码和登录名或姓名太像" in said
    assert "大写字母、小写字母、数字、符号中的三种" in said
    looked(page, "signin-password-broken")
    page.get_by_label("新密码", exact=True).fill(OWN)
    page.get_by_label("再输一次新密码").fill(OWN)
    page.get_by_role("button", name="换密码").click()
    assert page.url.endswith("/runs/")
    assert deeds(CLERK.staff_id)[-4:] == [
        "second-factor.set",
        "second-factor.codes",
        "sign-in",
        "password.change",
    ]


def test_a_code_counts_once_and_a_recovery_code_stands_in_for_a_lost_telephone(opened: Opened) -> None:
    enrol(CLERK)
    assert CLERK.staff_id is not None
    recovery = signing.give_recovery_codes(by=CLERK, staff_id=CLERK.staff_id)
    page = opened(DESK).new_page()
    page.goto("/signin/")
    type_password(page, login_of(CLERK), f"{PASSWORD}-2")
    looked(page, "signin-code")
    page.get_by_role("textbox", name="动态口令").fill(used_code_of(CLERK))  # when it was set up
    page.get_by_role("button", name="登录", exact=True).click()
    assert "动态口令不对" in page.locator(".err").inner_text()
    looked(page, "signin-code-wrong")
    page.get_by_role("link", name="用备用码").click()
    code = recovery[0]
    page.get_by_label("备用码").fill(code.upper())
    looked(page, "signin-recovery")
    page.get_by_role("button", name="登录", exact=True).click()
    assert page.get_by_role("heading", level=1).inner_text() == "工作台"
    assert deeds(CLERK.staff_id)[-3:] == ["second-factor.wrong", "second-factor.recovery", "sign-in"]
    page.goto("/me/")
    assert "备用码还剩 9 个" in page.locator("main").inner_text()
    staff = Staff.objects.get(id=CLERK.staff_id)
    with within("0"):
        again = signing.try_code(staff=staff, typed=code, on=SEASON, address="")
        slowed = signing.try_code(staff=staff, typed="aaaa-bbbb", on=SEASON, address="")
    assert (again.device, again.sentence[:4]) == (None, "这不是 ")
    assert slowed.sentence.startswith("刚才输错了，请等")


def test_five_failures_lock_the_login_for_half_an_hour_known_or_not(opened: Opened) -> None:
    enrol(CLERK)
    page = opened(DESK).new_page()
    sentences = set()
    for login in (login_of(CLERK), "nobody-here"):
        for _ in range(4):
            page.goto("/signin/")
            type_password(page, login, "Wrong-2024-word")
            sentences.add(page.locator("[role=alert]").inner_text())
        page.goto("/signin/")
        type_password(page, login, "Wrong-2024-word")
        assert page.get_by_role("heading", level=1).inner_text() == "暂时不能登录"
    assert sentences == {"登录名或密码不对，请核对大小写后再输"}
    looked(page, "signin-locked")
    page.goto("/signin/")
    type_password(page, login_of(CLERK), f"{PASSWORD}-2")
    assert "锁 30 分钟" in page.locator("main").inner_text()
    assert deeds(CLERK.staff_id).count("sign-in.refused") == 4
    assert deeds(CLERK.staff_id).count("sign-in.locked") == 2


def test_who_holds_two_posts_chooses_and_the_region_follows(opened: Opened) -> None:
    enrol(REVIEWER)
    grant(REVIEWER, "town_clerk", KANGLE, "康乐镇")
    page = opened(DESK, cookies_of(REVIEWER)).new_page()
    page.goto("/")
    page.locator(".me summary").click()
    picture(page, "person-menu", DESK)
    page.get_by_role("button", name="换到 镇医保专干·康乐镇").click()
    assert "兰海燕·康乐镇" in page.locator(".me summary").inner_text()
    page.goto("/me/")
    looked(page, "me")
    for path in ("/me/password/", "/me/factor/", "/me/codes/"):
        page.goto(path)
        looked(page, path)


def test_who_holds_no_post_reads_whom_to_ask(opened: Opened) -> None:
    enrol(CLERK)
    page = opened(DESK, cookies_of(CLERK)).new_page()
    with within("0"):
        Staff.objects.get(id=CLERK.staff_id).posts.update(period=("2023-01-01", "2023-06-01"))
    page.goto("/")
    assert "请找本单位安全管理员授予岗位" in page.locator("main").inner_text()
    looked(page, "signin-no-post")


def test_another_password_ends_every_other_session(database: str) -> None:
    here, there = client_of(CLERK), client_of(CLERK)
    assert there.get("/me/").status_code == 200
    answer = here.post("/me/password/", {"current": f"{PASSWORD}-2", "password": OWN, "again": OWN})
    assert answer.status_code == 302
    assert here.get("/me/").status_code == 200
    assert there.get("/me/").status_code == 302


@pytest.mark.parametrize(
    ("key", "seconds", "words"),
    [("seen", 31 * 60, "30 分钟没有操作"), ("began", 12 * 3600 + 1, "已满 12 小时")],
)
def test_a_session_ends_by_itself_and_says_why(key: str, seconds: int, words: str) -> None:
    client = client_of(CLERK)
    assert client.get("/me/").status_code == 200
    session = client.session
    session[key] -= seconds
    session.save()
    answer = client.get("/me/", follow=True)
    assert answer.redirect_chain == [("/signin/?next=%2Fme%2F", 302)]
    assert words in answer.content.decode()
    assert deeds(CLERK.staff_id)[-1] == "sign-out"


def test_out_is_out(opened: Opened) -> None:
    client = client_of(KANGLE_CLERK)
    answer = client.post("/signout/", follow=True)
    assert "已退出登录" in answer.content.decode()
    assert client.get("/").status_code == 302
    assert deeds(KANGLE_CLERK.staff_id)[-1] == "sign-out"


def test_a_stopped_account_is_out_at_once() -> None:
    client = client_of(CLERK)
    Staff.objects.filter(id=CLERK.staff_id).update(is_active=False)
    assert client.get("/").status_code == 302


def test_sign_in_leads_to_no_other_site() -> None:
    client = Client()
    client.get("/signin/?next=//evil.example/")
    assert "next" not in client.session
    client.get("/signin/?next=/runs/")
    assert client.session["next"] == "/runs/"


def test_no_page_of_sign_in_can_be_reached_out_of_turn() -> None:
    client = Client()
    for path in ("code", "set-up", "codes", "password", "no-post"):
        answer = client.get(f"/signin/{path}/")
        assert (answer.status_code, answer.headers["Location"]) == (302, "/signin/")
    assert re.search(r"form", client.get("/signin/").content.decode())
