"""What a payment leaves behind comes together on the paper: bill, person, order and receipt of 肃南, benefit year 2024."""

from __future__ import annotations

import re
from datetime import date
from uuid import UUID

import pypdfium2
import pytest

import given
import paying
from people import CLERK, COUNTY, SEASON
from yingbao.documents.day_close import day_close_pdf
from yingbao.documents.receipt import PaperReceipt, Share, receipt_pdf
from yingbao.journal.scope import within
from yingbao.payments import actions
from yingbao.web.workbench.presenters.receipt_papers import day_paper, receipt_paper

NOW = paying.at(SEASON)
VERIFY = "https://yibao.example/verify/?number=1&code=2"


@pytest.fixture(autouse=True)
def _county(database: str) -> None:
    given.units()


def poor() -> UUID:
    """安国强, 一类低保: 70 of 380, the medical-assistance fund gives 310."""
    return given.lonely("安国强", "19800101", "111", "rural_allowance_1")


def paper(number: str) -> PaperReceipt:
    page = actions.print_receipt(by=CLERK, receipt_number=number)
    with within(CLERK):
        return receipt_paper(page, VERIFY)


def text_of(pdf: bytes) -> str:
    pages = [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf)]
    return re.sub(r"\s+", "", "".join(pages))


def test_a_subsidised_person_s_receipt_shows_70_and_the_310_of_the_fund() -> None:
    one = poor()
    given.assessed()
    [receipt] = paying.at_counter(one, now=NOW, cash=70_00).receipts
    found = paper(receipt[0])
    assert (found.name, found.fen, found.benefit_year) == ("安国强", 70_00, 2024)
    own, fund = found.shares
    assert own == Share("本人", 70_00, own.clause)
    assert (fund.fen, fund.payer) == (310_00, "医疗救助资金")
    assert "肃医保〔2023〕48号" in own.clause
    assert "肃医保〔2023〕48号" in fund.clause
    assert (found.cover_from, found.cover_through) == (date(2024, 1, 1), date(2024, 12, 31))
    assert found.ways == ("现金",)
    said = text_of(receipt_pdf(found))
    assert f"凭据号{receipt[0]}" in said
    assert f"经办人{CLERK.name}" in said


def test_the_paper_never_holds_the_whole_number_of_a_person() -> None:
    one = poor()
    given.assessed()
    [receipt] = paying.at_counter(one, now=NOW, cash=70_00).receipts
    assert re.search(r"身份证件\d{4}\*{10}\d{4}", text_of(receipt_pdf(paper(receipt[0]))))


def test_the_first_print_is_plain_and_the_second_is_marked() -> None:
    one = poor()
    given.assessed()
    [receipt] = paying.at_counter(one, now=NOW, cash=70_00).receipts
    assert "补打" not in text_of(receipt_pdf(paper(receipt[0])))
    assert "补打·第2次打印" in text_of(receipt_pdf(paper(receipt[0])))


def test_a_household_paid_as_one_names_the_ways_but_no_part_of_another_s_money() -> None:
    one, other = poor(), given.lonely("兰秀英", "19820301", "222")
    given.assessed()
    receipts = paying.at_counter(one, other, now=NOW, cash=400_00, card=50_00).receipts
    assert {paper(number).ways for number, *_ in receipts} == {("刷卡", "现金")}


def test_one_person_paid_in_two_ways_has_both_amounts() -> None:
    one = poor()
    given.assessed()
    [receipt] = paying.at_counter(one, now=NOW, cash=20_00, card=50_00).receipts
    assert sorted(paper(receipt[0]).ways) == ["刷卡 50.00 元", "现金 20.00 元"]


def test_the_sheet_of_a_closed_day_carries_its_receipts() -> None:
    one = poor()
    given.assessed()
    [receipt] = paying.at_counter(one, now=NOW, cash=70_00).receipts
    closed = actions.close_day(by=CLERK, on=SEASON, counted_fen=65_00, words="少收五元", now=NOW)
    said = text_of(day_close_pdf(day_paper(closed, CLERK.unit_name or COUNTY)))
    assert f"{receipt[0]}70.00" in said
    assert "应有现金70.00" in said
    assert "差额短款5.00" in said
    assert "收款人说明少收五元" in said
