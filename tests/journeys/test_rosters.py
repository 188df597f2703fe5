"""A department hands in this month's list with wrong rows and gets it back marked; the reviewer sees the difference and applies."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Page

import given
from journeys.browser import DESK, PHONE, faults, picture, sideways
from journeys.desk import live  # noqa: F401
from people import CIVIL_AFFAIRS, draft, number
from rosters_lists import held, workbook
from yingbao.rosters import actions
from yingbao.workbooks.sheets import open_sheets

AN, LAN, HE = number("19800101", "111"), number("19820301", "222"), number("19550605", "131")
HEAD = ["序号", "户编号", "姓名", "公民身份号码", "保障类别", "享受起始年月", "入册日"]


@pytest.fixture(autouse=True)
def _people(database: str) -> None:
    given.units()
    given.household([draft("安国强", "19800101", "111"), draft("兰秀英", "19820301", "222", "10")])
    given.household([draft("贺有才", "19550605", "131")])
    given.household([draft("索玉兰", "19620708", "242"), draft("索军", "19900909", "313", "20")])


def looked_at(page: Page, name: str) -> None:
    """A picture; nothing scrolls sideways, axe finds nothing."""
    picture(page, f"rosters-{name}", page.viewport_size["width"])  # type: ignore[index]
    assert sideways(page) <= 0
    assert faults(page) == []


def sign_in(opened: Callable[..., object], who: str, width: int = DESK) -> Page:
    return opened(width, {"as": who}).new_page()  # type: ignore[attr-defined,no-any-return]


def october(folder: Path) -> Path:
    rows = [
        [1, "", "安国强", AN, "农村低保一类", "", "2022-03-01"],
        [2, "", "兰秀英", LAN, "三类低保", "", "2022-03-01"],
        [3, "", "贺有财", HE, "C类", "", "2020-01-01"],
        [4, "", "外地人", number("19900101", "555"), "农低一类", "", ""],
        [5, "", "索玉兰", number("19620708", "888"), "农低二类", "", ""],
        [6, "", "索军", "1.40E+17", "农低二类", "", ""],
        [7, "", "安国强", AN, "甲等", "", ""],
        ["合  计", "", "", "7人", "", "", ""],
    ]
    return workbook(folder / "10月农村低保花名册.xlsx", rows, HEAD, "10月")


def test_a_list_goes_from_the_department_through_the_clerk_to_the_reviewer(
    opened: Callable[..., object], tmp_path: Path
) -> None:
    page = sign_in(opened, "civil_affairs")
    page.goto("/rosters/")
    looked_at(page, "list-empty")
    page.get_by_role("link", name="报送名册", exact=True).click()
    looked_at(page, "new")
    page.get_by_role("button", name="交表并核对").click()
    assert page.get_by_text("没有选文件").count() > 0
    looked_at(page, "new-wrong")
    page.get_by_label("名册文件").set_input_files(october(tmp_path))
    page.get_by_label("报送部门").select_option("civil_affairs")
    page.get_by_label("名册日期").fill("2023-10-01")
    page.get_by_role("button", name="交表并核对").click()
    page.wait_for_url("**/rosters/*-*/")
    assert page.get_by_text("县区经办正在处理").is_visible()
    page.wait_for_selector("text=应缴合计变化")
    looked_at(page, "department")
    address = page.url

    page = sign_in(opened, "clerk")
    page.goto(address)
    page.wait_for_selector("text=应缴合计变化")
    looked_at(page, "checked")
    assert page.get_by_role("button", name="提交复核").is_disabled()
    page.get_by_role("link", name="改列、改写法").click()
    page.get_by_label("入册日 改读作").select_option("recognised_on")
    looked_at(page, "columns")
    page.get_by_role("button", name="保存并重新核对").click()
    page.get_by_role("link", name=re.compile("查找人员.*第 5 行")).click()
    page.get_by_label("姓名、身份证号或户号").fill("兰秀英")
    page.get_by_role("button", name="查找", exact=True).click()
    looked_at(page, "person")
    page.go_back()
    page.go_back()
    page.get_by_role("button", name=re.compile("确认.*第 6 行")).click()
    assert page.get_by_text("已指定人员").is_visible()
    page.get_by_label("余下的都不采用，理由").fill("姓名、号码请民政局核对")
    page.get_by_role("button", name=re.compile("行都退回补正")).click()
    page.wait_for_selector("text=应缴合计变化")
    looked_at(page, "decided")
    page.get_by_role("button", name="提交复核").click()
    assert page.get_by_text("等待第二人复核").is_visible()

    page = sign_in(opened, "reviewer")
    page.goto(address)
    page.wait_for_selector("text=应缴合计变化")
    looked_at(page, "review")
    page.get_by_role("button", name="同意，全部生效").click()
    assert page.get_by_text("下载标注表（含签字盖章页）").is_visible()
    looked_at(page, "applied")
    assert [h[0] for h in held("安国强")] == ["rural_allowance_1"]
    assert [h[0] for h in held("索玉兰")] == ["rural_allowance_2"]
    assert held("贺有才") == []

    page = sign_in(opened, "civil_affairs", PHONE)
    page.goto(address)
    page.wait_for_selector("text=下载标注表（含签字盖章页）")
    looked_at(page, "department")
    with page.expect_download() as download:
        page.get_by_role("link", name="下载标注表", exact=True).first.click()
    assert download.value.suggested_filename == "10月农村低保花名册（核对结果）.xlsx"
    download.value.save_as(tmp_path / "回.xlsx")
    summary, sheet, *_ = open_sheets(tmp_path / "回.xlsx")
    assert [str(row[-2]) for row in sheet.rows[1:8]] == [
        "新增", "新增", "与别处矛盾（不采用）", "查无此人（不采用）", "疑似多人（已指定人员）", "无法读取", "无法读取",
    ]  # fmt: skip
    assert any("盖章" in str(row[0]) for row in summary.rows)


def test_a_file_nobody_can_read_says_so_at_its_field(opened: Callable[..., object], tmp_path: Path) -> None:
    page = sign_in(opened, "civil_affairs", PHONE)
    page.goto("/rosters/new/")
    looked_at(page, "new")
    picture_file = tmp_path / "名册.xlsx"
    picture_file.write_bytes(b"\x89PNG\r\n\x1a\n" + b"0" * 100)
    page.get_by_label("名册文件").set_input_files(picture_file)
    page.get_by_label("报送部门").select_option("civil_affairs")
    page.get_by_role("button", name="交表并核对").click()
    assert page.get_by_text("不是 Excel 工作簿").count() > 0
    looked_at(page, "new-unreadable")


def test_the_reviewer_and_the_clerk_see_the_list_on_a_phone(
    opened: Callable[..., object], tmp_path: Path
) -> None:
    roster_id = actions.hand_in(
        by=CIVIL_AFFAIRS, region="620721", benefit_year=2024, sender="civil_affairs", as_of=date(2023, 10, 1),
        extent="full", path=october(tmp_path),
    )  # fmt: skip
    for who in ("clerk", "reviewer"):
        page = sign_in(opened, who, PHONE)
        page.goto(f"/rosters/{roster_id}/")
        page.wait_for_selector("text=应缴合计变化")
        looked_at(page, f"checked-{who}")
    page.goto("/rosters/")
    looked_at(page, "list")
    page = sign_in(opened, "clerk")
    page.goto("/rosters/")
    looked_at(page, "list")
