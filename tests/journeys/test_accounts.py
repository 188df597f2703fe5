"""Three administrators: one makes an account, another gives the post, the third reads what they did."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext

import given
from journeys.browser import DESK
from journeys.looking import looked
from journeys.signin import client_of, cookies_of, enrol
from people import AUDITOR, CLERK, COUNTY, OTHER_COUNTY, staff
from yingbao.accounts.models import Post, Staff

SYSTEM = staff("郭文斌", "system_admin")
SECURITY = staff("杨雪", "security_admin")
GAOTAI_SYSTEM = staff("马国栋", "system_admin", OTHER_COUNTY, "高台县")
GAOTAI_SECURITY = staff("丁小兰", "security_admin", OTHER_COUNTY, "高台县")
Opened = Callable[..., BrowserContext]


@pytest.fixture(autouse=True)
def _units(database: str) -> None:
    given.units()


def test_an_account_by_one_administrator_a_post_by_another_and_the_auditor_reads_both(opened: Opened) -> None:
    page = opened(DESK, cookies_of(SYSTEM)).new_page()
    page.goto("/staff/")
    looked(page, "staff")
    page.get_by_role("link", name="建账户").click()
    page.get_by_role("button", name="建账户").click()
    looked(page, "staff-new-wrong")
    page.get_by_label("姓名", exact=True).fill("索玉梅")
    page.get_by_label("登录名").fill("suoyumei")
    page.get_by_label("所在单位").select_option(label="康乐镇")
    page.get_by_label("依据").fill("2023年9月1日开户申请")
    page.get_by_role("button", name="建账户").click()
    first = page.locator("#first-password").inner_text()
    assert len(first) == 14
    looked(page, "staff-password")
    page.get_by_role("link", name="已告诉本人").click()
    assert page.get_by_role("link", name="授予岗位").count() == 0
    looked(page, "staff-one-empty")
    there = page.url

    page = opened(DESK, cookies_of(SECURITY)).new_page()
    page.goto(there)
    assert page.get_by_role("link", name="重置密码").count() == 0
    page.get_by_role("link", name="授予岗位").click()
    looked(page, "staff-grant")
    page.get_by_label("岗位").select_option(label="镇医保专干")
    page.get_by_label("管辖").select_option(label="康乐镇")
    page.get_by_label("依据").fill("县医保局2023年第9号任命")
    page.get_by_role("button", name="授予岗位").click()
    assert "已授予岗位：镇医保专干·康乐镇" in page.locator("main").inner_text()
    page.get_by_role("link", name="授予岗位").click()
    page.get_by_label("岗位").select_option(label="审计管理员")
    page.get_by_label("依据").fill("兼任")
    page.get_by_role("button", name="授予岗位").click()
    assert "须由不同的人担任" in page.locator(".fld.bad").inner_text()
    looked(page, "staff-grant-apart")
    page.goto(there)
    page.get_by_role("link", name="写明部门").click()
    page.get_by_label("部门", exact=True).select_option(label="民政部门")
    page.get_by_role("button", name="保存").click()
    assert "请写明依据或原因" in page.locator("main").inner_text()
    looked(page, "staff-department")
    page.get_by_label("依据或原因").fill("民政局来函，报低保名册")
    page.get_by_role("button", name="保存").click()
    assert "部门写明为民政部门" in page.locator("main").inner_text()
    page.get_by_role("link", name="终止").click()
    looked(page, "staff-end")
    page.goto(there)
    looked(page, "staff-one")

    page = opened(DESK, cookies_of(AUDITOR)).new_page()
    page.goto("/journal/")
    page.get_by_label("办什么").select_option(label="授予岗位")
    page.get_by_role("button", name="查找").click()
    text = page.locator(".deeds").inner_text()
    assert "杨雪" in text
    assert "县医保局2023年第9号任命" in text
    assert "镇医保专干" in text
    page.goto("/journal/")
    looked(page, "journal")
    page.goto("/journal/?staff=没有这个人")
    looked(page, "journal-empty")
    page.goto("/")
    looked(page, "home-auditor")


def test_one_thing_after_another_is_done_to_an_account() -> None:
    enrol(CLERK)
    system, security = client_of(SYSTEM), client_of(SECURITY)
    clerk = client_of(CLERK)
    assert clerk.get("/").status_code == 200
    answer = security.post(f"/staff/{CLERK.staff_id}/factor/", {"grounds": "手机丢失，本人到场"})
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/staff/{CLERK.staff_id}/")
    assert clerk.get("/").status_code == 302
    answer = system.post(f"/staff/{CLERK.staff_id}/password/", {"grounds": "本人忘记"})
    assert "只显示这一次" in answer.content.decode()
    assert Staff.objects.get(id=CLERK.staff_id).must_change_password
    assert system.post(f"/staff/{CLERK.staff_id}/stop/", {"grounds": ""}).status_code == 422
    assert system.post(f"/staff/{CLERK.staff_id}/stop/", {"grounds": "调离"}).status_code == 302
    assert not Staff.objects.get(id=CLERK.staff_id).is_active
    post = Post.objects.get(staff_id=CLERK.staff_id)
    answer = security.post(f"/staff/posts/{post.id}/end/", {"last_on": "2024-03-31", "grounds": "调离"})
    assert answer.status_code == 302
    assert "2024-03-31" in security.get(f"/staff/{CLERK.staff_id}/").content.decode()


@pytest.mark.parametrize("deed", ["stop", "start", "password", "identity"])
def test_a_system_administrator_does_nothing_in_another_county(deed: str) -> None:
    enrol(CLERK)
    client = client_of(GAOTAI_SYSTEM)
    assert client.get(f"/staff/{CLERK.staff_id}/{deed}/").status_code == 404
    assert client.post(f"/staff/{CLERK.staff_id}/{deed}/", {"grounds": "越权"}).status_code == 404


@pytest.mark.parametrize("deed", ["factor", "grant"])
def test_a_security_administrator_does_nothing_in_another_county(deed: str) -> None:
    enrol(CLERK)
    client = client_of(GAOTAI_SECURITY)
    given = {"grounds": "越权", "role": "chief", "unit": COUNTY, "from_on": "2024-01-01"}
    assert client.post(f"/staff/{CLERK.staff_id}/{deed}/", given).status_code == 404
    assert "安建华" not in client.get("/staff/").content.decode()


def test_nobody_administers_their_own_account() -> None:
    system, security = client_of(SYSTEM), client_of(SECURITY)
    assert "要由另一位管理员办理" in system.get(f"/staff/{SYSTEM.staff_id}/").content.decode()
    answer = system.post(f"/staff/{SYSTEM.staff_id}/password/", {"grounds": "省事"})
    assert answer.status_code == 422
    assert "请由另一位管理员办理" in answer.content.decode()
    answer = security.post(
        f"/staff/{SECURITY.staff_id}/grant/",
        {"grounds": "省事", "role": "chief", "unit": COUNTY, "from_on": "2024-01-01"},
    )
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("who", "path"),
    [(SYSTEM, "grant"), (SYSTEM, "factor"), (SECURITY, "stop"), (SECURITY, "password"), (CLERK, "")],
)
def test_each_administrator_has_one_part(who: object, path: str) -> None:
    enrol(AUDITOR)
    client = client_of(who)  # type: ignore[arg-type]
    target = f"/staff/{AUDITOR.staff_id}/{path}/" if path else "/staff/"
    assert client.get(target).status_code == 403
