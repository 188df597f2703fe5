"""A school's list, a list of deaths and one of moves on the pages: what they ask, what is read, what a row would do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Page

import given
from journeys.desk import live  # noqa: F401
from journeys.looking import looked
from journeys.test_rosters import sign_in
from people import EDUCATION, draft, number
from rosters_lists import applied, hand_in, workbook

AN, LAN, HE = number("20080101", "111"), number("19820301", "222"), number("19550605", "131")
SCHOOL = "肃南县第一中学"
STUDENTS = ["序号", "学生姓名", "学生身份证号", "年级", "学校", "入学时间", "班主任"]


@pytest.fixture(autouse=True)
def _people(database: str) -> None:
    given.units()
    given.household([draft("兰秀英", "19820301", "222"), draft("安国强", "20080101", "111", "20")])
    given.household([draft("贺有才", "19550605", "131")])


def handed_in(page: Page, path: Path, kind: str, extent: str) -> None:
    """A list through the form."""
    page.goto("/rosters/new/")
    page.get_by_label("名册文件").set_input_files(path)
    page.get_by_label("名册内容").select_option(label=kind)
    page.get_by_label("名册日期").fill("2023-11-30")
    page.get_by_label(extent).check()
    page.get_by_role("button", name="交表并核对").click()


def test_a_schools_list_is_read_by_its_own_headings_and_ends_only_at_that_school(
    opened: Callable[..., object], tmp_path: Path
) -> None:
    rows = [[1, "贺有才", HE, "高三", SCHOOL, "2021-09-01", ""]]
    applied(
        hand_in(workbook(tmp_path / "10.xlsx", rows, STUDENTS), "full", date(2023, 10, 1), EDUCATION, "study")
    )
    rows = [
        [1, "安国强", AN, "高一", SCHOOL, "2023-09-01", "李老师"],
        [2, "兰秀英", LAN, "高中部", SCHOOL, "", ""],
    ]
    page = sign_in(opened, "education")
    page.goto("/rosters/")
    assert page.get_by_role("row", name="教育局").count() == 1
    handed_in(page, workbook(tmp_path / "学生花名册.xlsx", rows, STUDENTS), "在校学生名册", "全量")
    page.wait_for_selector("text=没有账单会变")
    assert "教育部门在校学生名册 2023年11月" in page.locator("h1").inner_text()
    address = page.url

    page = sign_in(opened, "clerk")
    page.goto(address)
    page.wait_for_selector("text=没有账单会变")
    assert page.get_by_text("学段“高中部”认不出，请改用通行的名称").is_visible()
    assert page.get_by_text(f"只及{SCHOOL}的 高中").is_visible()
    looked(page, "rosters-study")
    page.get_by_role("link", name="改列、改写法").click()
    assert page.get_by_label("高中部 改读作").locator("option").all_inner_texts()[1:4] == [
        "幼儿园",
        "小学",
        "初中",
    ]
    looked(page, "rosters-study-columns")
    page.get_by_label("高中部 改读作").select_option("senior")
    page.get_by_role("button", name="保存并重新核对").click()
    page.get_by_role("link", name="终止", exact=False).first.click()
    assert page.get_by_text(f"高中（{SCHOOL}）（2021-09-01 起） 到 2023-11-29 终止").is_visible()
    looked(page, "rosters-study-ended")


def test_a_list_of_deaths_is_a_list_of_changes_and_part_of_a_household_is_not_moved_unseen(
    opened: Callable[..., object], tmp_path: Path
) -> None:
    head = ["序号", "死者姓名", "死者身份证号", "死亡日期"]
    deaths = workbook(tmp_path / "死亡.xlsx", [[1, "贺有才", HE, "2023-10-02"], [2, "兰秀英", LAN, ""]], head)
    page = sign_in(opened, "police")
    handed_in(page, deaths, "死亡人员名单", "全量")
    assert "名册范围请选“增减”" in page.locator(".fld.bad").inner_text()
    looked(page, "rosters-deaths-wrong")
    handed_in(page, deaths, "死亡人员名单", "增减")
    page.wait_for_selector("text=应缴合计变化")
    assert page.get_by_text("没有填写死亡日期，请补填年月日").is_visible()
    looked(page, "rosters-deaths")
    head = ["序号", "姓名", "身份证号", "迁出地", "迁入地", "迁移日期"]
    moves = workbook(
        tmp_path / "迁移.xlsx", [[1, "安国强", AN, "康乐镇", "皇城镇西城村", "2023-11-12"]], head
    )
    handed_in(page, moves, "户籍迁移名单", "增减")
    page.wait_for_selector("text=没有账单会变")
    assert page.get_by_text("名册没有列同户的兰**").is_visible()
    assert page.get_by_text("采用则：康乐镇（2023-10-08 起） 改为 皇城镇，2023-11-12 起").is_visible()
    looked(page, "rosters-moves")
