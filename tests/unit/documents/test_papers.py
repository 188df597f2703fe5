"""A receipt and a day-close sheet, read back from the PDF: its text, its square by a reader, its bytes twice."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from threading import Thread
from typing import Any

import pytest

from printed import opened, read_squares, text_of
from yingbao.documents import fonts
from yingbao.documents.day_close import PaperDay, day_close_pdf
from yingbao.documents.qr import path_of
from yingbao.documents.receipt import PaperReceipt, Share, receipt_pdf, receipts_pdf

VERIFY = "https://yibao.example/verify/?number=24990721000000000123&code=7K3M9QXD"
#: 肃南 2024, 一类低保: 70 of 380 by the person, 310 by the fund (肃医保〔2023〕48号). 06:48:11 UTC is 14:48:11 in China.
PAID = PaperReceipt(
    number="24990721000000000123", check_code="7K3M9QXD", verify_url=VERIFY, office="甲县医疗保险经办机构",
    name="安国强", id_masked="9907**********0015", place="康乐镇", benefit_year=2024, cover_from=date(2024, 1, 1),
    cover_through=date(2024, 12, 31), fen=70_00,
    shares=(Share("本人", 70_00, "肃医保〔2023〕48号 三(一)"), Share("医疗救助资金", 310_00, "肃医保〔2023〕48号 三(二)")),
    payer="", ways=("现金",), channel="经办窗口", transaction="t1", order="231201000000000012", bill="24990721000000015",
    paid_at=datetime(2023, 12, 1, 6, 48, 11, tzinfo=UTC), clerk="王经办", prints=1, voided_on=None,
)  # fmt: skip
DAY = PaperDay(
    office="甲县医保局", clerk="王经办", on=date(2023, 12, 1), closed_at=datetime(2023, 12, 1, 10, 0, tzinfo=UTC),
    orders=2, ways=(("现金", 450_00), ("职工个人账户", 310_00)), back_fen=70_00, cash_fen=380_00, counted_fen=380_00,
    words="", receipts=(("24990721000000000123", 380_00), ("24990721000000000131", 380_00)),
)  # fmt: skip


def test_a_receipt_says_what_was_paid_for_whom_by_which_way_and_when() -> None:
    said = text_of(receipt_pdf(PAID))
    for words in (
        "城乡居民基本医疗保险缴款凭据", "凭据号24990721000000000123", "校验码7K3M9QXD", "参保人安国强",
        "身份证件9907**********0015", "参保地康乐镇", "待遇年度2024年度", "待遇期2024年1月1日至2024年12月31日",
        "实缴金额70.00元", "人民币柒拾元整", "缴款渠道经办窗口", "缴款方式现金", "交易流水t1", "经办人王经办",
        "缴款时间2023-12-0114:48:11", "账单号24990721000000015", "订单号231201000000000012",
    ):  # fmt: skip
        assert words in said, words
    assert "补打" not in said
    assert "已作废" not in said


def test_each_payer_has_a_line_with_its_clause_and_they_sum() -> None:
    said = text_of(receipt_pdf(PAID))
    assert "本人70.00肃医保〔2023〕48号三(一)" in said
    assert "医疗救助资金310.00肃医保〔2023〕48号三(二)" in said
    assert "合计380.00" in said


def test_its_square_leads_to_the_page_that_verifies_it() -> None:
    assert read_squares(receipt_pdf(PAID)) == [VERIFY]


def test_the_second_print_says_that_it_is_one_and_which() -> None:
    assert "补打·第3次打印" in text_of(receipt_pdf(replace(PAID, prints=3)))


def test_a_void_receipt_says_so_and_since_when() -> None:
    said = text_of(receipt_pdf(replace(PAID, voided_on=date(2023, 12, 20))))
    assert "已作废·2023年12月20日" in said


def test_a_void_reprint_still_reads_under_the_stamp() -> None:
    assert read_squares(receipt_pdf(replace(PAID, prints=2, voided_on=date(2023, 12, 20)))) == [VERIFY]


def test_cover_not_yet_settled_is_said_not_guessed() -> None:
    assert "待遇期尚未确定" in text_of(receipt_pdf(replace(PAID, cover_from=None, cover_through=None)))


def test_a_payer_whose_name_the_channel_keeps_is_not_made_up() -> None:
    assert "缴款人未登记姓名" in text_of(receipt_pdf(PAID))
    assert "缴款人安大山" in text_of(receipt_pdf(replace(PAID, payer="安大山")))


def test_a_split_that_contradicts_the_amount_is_a_bug() -> None:
    with pytest.raises(ValueError, match="own share 7000 but paid 7100"):
        receipt_pdf(replace(PAID, fen=71_00))


def test_the_same_receipt_gives_the_same_bytes_and_another_time_others() -> None:
    assert receipt_pdf(PAID) == receipt_pdf(PAID)
    assert receipt_pdf(PAID) != receipt_pdf(replace(PAID, prints=2))


def test_threads_print_at_once_and_none_gets_another_s_receipt() -> None:
    papers = [replace(PAID, name=name) for name in ("安国强", "兰秀英", "马文")]
    made: dict[str, bytes] = {}

    def work(paper: PaperReceipt) -> None:
        made[paper.name] = receipt_pdf(paper)

    threads = [Thread(target=work, args=[paper]) for paper in papers]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert all(f"参保人{name}身份证件" in text_of(pdf) for name, pdf in made.items())
    assert len(made) == 3


def test_a_household_s_receipts_are_one_file_a_sheet_each() -> None:
    other = replace(
        PAID, number="24990721000000000131", name="兰秀英", verify_url=VERIFY.replace("0123", "0131")
    )
    pdf = receipts_pdf([PAID, other])
    assert len(opened(pdf)) == 2
    assert [read_squares(pdf, page) for page in (0, 1)] == [[VERIFY], [other.verify_url]]


def test_a_receipt_with_eight_payers_and_the_longest_values_stays_on_one_sheet() -> None:
    shares = (
        PAID.shares[0],
        *(
            Share(
                "特困供养人员资助资金", 10_00, "甲医保发〔2024〕154号 二(二)1、三(四)；乙财社〔2024〕37号 二"
            ),
        )
        * 7,
    )
    long = replace(
        PAID, shares=shares, name="阿卜杜热伊木江·阿卜杜热合曼江", place="甲县永固镇八卦营村民委员会第十二村民小组",
        transaction="9" * 64, ways=("现金", "职工个人账户（配偶的父母，登记已核实）"), prints=12, voided_on=date(2023, 12, 20),
    )  # fmt: skip
    pdf = receipt_pdf(long)
    assert len(opened(pdf)) == 1
    assert "9" * 64 in text_of(pdf)


def test_a_rare_name_is_printed_as_it_is() -> None:
    assert "参保人张䶮𠅤〇身份证件" in text_of(receipt_pdf(replace(PAID, name="张䶮𠅤〇")))


@pytest.mark.parametrize(("char", "code"), [("𦈏", "U+2620F"), ("\ue863", "U+E863")])
def test_a_character_the_font_lacks_is_named_instead_of_an_empty_box(char: str, code: str) -> None:
    said = text_of(receipt_pdf(replace(PAID, name=f"张{char}")))
    assert f"参保人张〔{code}〕" in said
    assert f"字库里没有{code}" in said


def test_a_name_is_never_read_as_markup() -> None:
    """Signs that mean something to the typesetter are letters in a name or number."""
    assert "交易流水#x*_$[]`\\" in text_of(receipt_pdf(replace(PAID, transaction="#x*_$[]`\\")))


def test_every_hanzi_of_the_first_blocks_is_in_the_font() -> None:
    """URO as of Unicode 5 and extension A: what ordinary input methods produce."""
    lacking = [point for first, last in ((0x4E00, 0x9FBB), (0x3400, 0x4DB5)) for point in range(first, last + 1)
               if not fonts.has(chr(point))]  # fmt: skip
    assert lacking == []


def test_the_file_is_tagged_says_its_language_and_archives() -> None:
    pdf = receipt_pdf(PAID)
    for mark in (
        b"/Lang(zh-CN)",
        b"/StructTreeRoot",
        b"pdfaid:part>2<",
        b"pdfaid:conformance>A<",
        b"pdfuaid:part>1<",
    ):
        assert mark in pdf.replace(b" (", b"("), mark
    assert opened(pdf).get_metadata_dict()["CreationDate"] == "D:20231201064811Z"


def test_a_day_close_shows_ways_cash_and_every_receipt() -> None:
    said = text_of(day_close_pdf(DAY))
    for words in (
        "收款人王经办", "日期2023年12月1日", "结账时间2023-12-0118:00:00", "现金450.00", "职工个人账户310.00",
        "合计（2笔）760.00", "人民币柒佰陆拾元整", "当日退给缴款人的现金70.00", "应有现金380.00", "实点现金380.00", "差额相符",
        "当日凭据（2张）", "124990721000000000123380.00", "224990721000000000131380.00", "第1页，共1页",
    ):  # fmt: skip
        assert words in said, words
    assert "收款比凭据" not in said


@pytest.mark.parametrize(("counted", "said"), [(375_00, "短款5.00"), (381_50, "长款1.50")])
def test_too_little_or_too_much_in_the_till_is_named(counted: int, said: str) -> None:
    found = text_of(day_close_pdf(replace(DAY, counted_fen=counted, words="找零有误")))
    assert f"差额{said}" in found
    assert "收款人说明找零有误" in found


def test_money_without_a_receipt_is_pointed_out() -> None:
    assert "收款比凭据多380.00元" in text_of(day_close_pdf(replace(DAY, receipts=DAY.receipts[:1])))


def test_a_day_of_300_receipts_goes_over_pages_with_its_heads() -> None:
    receipts = tuple((f"2499072100000{n:07d}", 380_00) for n in range(300))
    pdf = day_close_pdf(replace(DAY, receipts=receipts, ways=(("现金", 300 * 380_00),)))
    pages = [re.sub(r"\s+", "", page.get_textpage().get_text_range()) for page in opened(pdf)]
    assert len(pages) > 2
    assert all("凭据号" in page for page in pages[:3])
    assert f"共{len(pages)}页" in pages[-1]
    assert "114,000.00" in pages[-1]


def test_a_day_without_money_closes_too() -> None:
    empty: Any = replace(DAY, orders=0, ways=(), back_fen=0, cash_fen=0, counted_fen=0, receipts=())
    said = text_of(day_close_pdf(empty))
    assert "人民币零元整" in said
    assert "当日没有开出凭据" in said


def test_the_squares_of_a_page_stand_within_a_quiet_zone_of_four() -> None:
    path, size = path_of(VERIFY)
    places = [(int(x), int(y)) for x, y in re.findall(r"M(\d+) (\d+)", path)]
    assert {min(x for x, _ in places), min(y for _, y in places)} == {4}
    assert max(max(place) for place in places) == size - 5
