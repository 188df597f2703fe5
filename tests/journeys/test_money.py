"""Money in a browser: a household at the counter, the receipt verified by its code, late payers, the ledger to the clause.

Figures by hand: 肃南 2024 asks 380.00; 农村低保一类 gets 310.00 and pays 70.00 (肃医保〔2023〕48号); 贵阳 after 2024-02-29 asks
1020.00 with a wait of 60 days (筑医保发〔2023〕17号 二(二)1); 晋城 takes money from the 1st to the 25th (晋市医保发〔2023〕10号 二).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from uuid import UUID

import pytest
from playwright.sync_api import BrowserContext, Page, expect

import given
import moneyed
import paying
from journeys.browser import DESK
from journeys.desk import live  # noqa: F401
from journeys.looking import looked
from people import CLERK, SEASON
from printed import read_squares, text_of
from yingbao.journal.scope import within
from yingbao.payments.queries.receipts import receipts_of

Open = Callable[..., BrowserContext]


def signed_in(opened: Open, who: str, day: str = "") -> Page:
    cookies = {"as": who} | ({"day": day} if day else {})
    return opened(DESK, cookies).new_page()


@pytest.fixture
def four(database: str) -> dict[str, UUID]:
    return moneyed.four()


def origin(page: Page) -> str:
    return page.url.partition("/payments/")[0]


def print_of(page: Page, button: str) -> bytes:
    """The PDF that a button brings. Chromium without a window would save it, so its form is sent from within the page."""
    sent = "async form => Array.from(new Uint8Array(await (await fetch(form.action, {method: 'POST', body: new FormData(form)})).arrayBuffer()))"
    form = page.get_by_role("button", name=button, exact=True).locator("xpath=ancestor::form")
    return bytes(form.evaluate(sent))


def row(page: Page, name: str) -> str:
    return page.get_by_role("row").filter(has_text=name).first.inner_text()


def test_a_clerk_takes_a_households_money_and_anybody_verifies_the_receipt_by_its_code(
    four: dict[str, UUID], opened: Open
) -> None:
    page = signed_in(opened, "clerk")
    page.goto("/payments/")
    looked(page, "money-today-empty")
    page.get_by_role("link", name="窗口收费").click()
    looked(page, "counter")
    page.get_by_label("给谁缴").fill("兰秀英")
    page.get_by_role("button", name="查账单").click()
    assert page.inner_text("h1") == "安国强家 4 人"
    assert "已有职工医保，兰州市" in row(page, "安建军")
    assert page.get_by_role("row").filter(has_text="安建军").get_by_role("checkbox").count() == 0
    assert "标准 380.00，资助 310.00" in row(page, "兰秀英")
    # 380 + 70 + 380
    assert "830.00" in page.inner_text("#sum")
    looked(page, "counter-household")
    page.get_by_role("row").filter(has_text="安小雨").get_by_role("checkbox").uncheck()
    expect(page.locator("#sum")).to_contain_text("450.00")
    page.get_by_role("row").filter(has_text="安小雨").get_by_role("checkbox").check()
    expect(page.locator("#sum")).to_contain_text("830.00")
    page.get_by_label("现金实收（元）").fill("800")
    page.get_by_role("button", name="收款", exact=True).click()
    assert "还差 30.00 元" in page.inner_text("#main")
    looked(page, "counter-short")
    page.get_by_label("现金实收（元）").fill("900")
    page.get_by_role("button", name="收款", exact=True).click()
    page.wait_for_url("**/taken/**")
    assert "现金收 900.00 元，已收 830.00 元" in page.inner_text("#main")
    looked(page, "counter-taken")
    paper = print_of(page, "打印全部凭据")
    assert [text_of(paper).count(name) for name in ("安国强", "兰秀英", "安小雨", "安建军")] == [1, 1, 1, 0]
    assert "人民币柒拾元整" in text_of(paper)
    [address] = read_squares(paper)
    assert address.startswith(f"{origin(page)}/verify/?number=")
    stranger = opened(DESK, {}).new_page()
    stranger.goto(address)
    words = stranger.inner_text("#main")
    assert "这张凭据是真的，有效" in words
    assert "**" in words
    assert not any(name in words for name in ("安国强", "兰秀英", "安小雨", "低保"))
    looked(stranger, "verify-found")
    stranger.goto(address[:-1] + ("0" if address[-1] != "0" else "1"))
    assert "没有查到这张凭据" in stranger.inner_text("#main")
    looked(stranger, "verify-missing")


def test_each_receipt_has_its_square_and_a_second_print_says_so(four: dict[str, UUID], opened: Open) -> None:
    done = paying.at_counter(four["安国强"], now=paying.at(SEASON), cash=38000)
    [(receipt, code, _, _)] = done.receipts
    page = signed_in(opened, "clerk")
    page.goto(f"/payments/receipts/{receipt}/")
    looked(page, "receipt")
    paper = print_of(page, "打印")
    assert read_squares(paper) == [f"{origin(page)}/verify/?number={receipt}&code={code}"]
    assert "补打" not in text_of(paper)
    page.reload()
    assert "补打·第2次打印" in text_of(print_of(page, "补打"))


def test_whoever_pays_late_in_guiyang_is_told_1020_and_the_wait_before_anything_is_ticked(
    database: str, opened: Open
) -> None:
    one = moneyed.alone("龙秀兰", "520102", "520100", date(2023, 11, 8))
    page = signed_in(opened, "nanming_clerk", "2024-04-02")
    page.goto(f"/payments/counter/{one}/")
    words = row(page, "龙秀兰")
    assert "1,020.00" in words
    assert "要等 60 天" in words
    assert "待遇从 2024-06-02 起" in words
    assert not page.get_by_role("checkbox").is_checked()
    looked(page, "counter-late")
    page.get_by_role("checkbox").check()
    page.get_by_label("现金实收（元）").fill("1020")
    page.get_by_role("button", name="收款", exact=True).click()
    page.wait_for_url("**/taken/**")
    assert "1,020.00" in page.inner_text("#main")


def test_whoever_comes_on_the_26th_in_jincheng_is_told_the_1st(database: str, opened: Open) -> None:
    one = moneyed.alone("成守义", "140522", "140500", date(2023, 10, 12))
    page = signed_in(opened, "yangcheng_clerk", "2023-10-26")
    page.goto(f"/payments/counter/{one}/")
    assert "2023-11-01 起可以缴" in row(page, "成守义")
    assert page.get_by_role("checkbox").count() == 0
    assert page.get_by_role("button", name="收款", exact=True).count() == 0
    looked(page, "counter-closed-day")


def test_the_ledger_is_followed_from_a_months_total_to_one_clause(
    four: dict[str, UUID], opened: Open
) -> None:
    paying.at_counter(four["安国强"], four["兰秀英"], now=paying.at(SEASON), cash=45000)
    page = signed_in(opened, "finance")
    page.goto("/payments/ledger/")
    looked(page, "ledger")
    # two people at 380.00, of which the medical-assistance fund owes 310.00
    page.get_by_role("link", name="760.00").click()
    assert "2023 年 10 月账" in page.inner_text("h1")
    looked(page, "ledger-month")
    page.get_by_role("row").filter(has_text="医疗救助资金").get_by_role("link", name="310.00").first.click()
    looked(page, "ledger-account")
    page.get_by_role("row").filter(has_text="兰秀英").get_by_role("link", name="310.00").click()
    assert "缴费入账凭证" in page.inner_text("h1")
    looked(page, "ledger-voucher")
    page.get_by_role("row").filter(has_text="兰秀英").get_by_role("link", name="310.00").first.click()
    reason = (
        page.locator("section")
        .filter(has_text="兰秀英的这些钱")
        .get_by_role("row")
        .filter(has_text="医疗救助资金")
    )
    assert "肃医保〔2023〕48号" in reason.inner_text()
    reason.get_by_role("link").first.click()
    assert "/source/#" in page.url
    line = page.locator(f"[id='{page.url.partition('#')[2]}']")
    assert line.count() == 1
    page.go_back()
    page.get_by_role("link", name="看账单的算法").first.click()
    assert "账单" in page.inner_text("h1")


def test_a_refund_takes_two_people_and_the_receipt_then_says_void(
    four: dict[str, UUID], opened: Open
) -> None:
    paying.at_counter(four["安国强"], now=paying.at(SEASON), cash=38000)
    with within(CLERK):
        [receipt] = receipts_of(four["安国强"])
    page = signed_in(opened, "clerk")
    page.goto(f"/payments/receipts/{receipt.number}/")
    page.get_by_role("link", name="申请退费").click()
    looked(page, "refund-ask")
    page.get_by_role("button", name="申请退费").click()
    assert "没有选退费原因" in page.inner_text("#main")
    page.get_by_label("退费原因").select_option("employee")
    page.get_by_label("情况").fill("已参加职工医保，退回原缴费人")
    page.get_by_role("button", name="申请退费").click()
    assert "等另一人复核" in page.inner_text("#main")
    looked(page, "refund-asked")
    assert page.get_by_role("button", name="同意退费").count() == 0
    address = page.url
    other = signed_in(opened, "reviewer")
    other.goto("/payments/refunds/")
    looked(other, "refunds")
    other.goto(address)
    other.get_by_role("button", name="同意退费").click()
    assert "没有写复核意见" in other.inner_text("#main")
    other.get_by_label("复核意见").fill("职工参保证明属实")
    other.get_by_role("button", name="同意退费").click()
    assert "凭据作废，等退款" in other.inner_text("#main")
    looked(other, "refund-approved")
    page.goto(address)
    page.get_by_role("button", name="已退给缴费人").click()
    assert "已登记退款" in page.inner_text("#main")
    looked(page, "refund-done")
    page.goto(f"/payments/receipts/{receipt.number}/")
    assert "已作废" in page.inner_text("h1")
    looked(page, "receipt-void")
    stranger = opened(DESK, {}).new_page()
    stranger.goto(f"/verify/?number={receipt.number}&code={receipt.check_code}")
    assert "已退费作废" in stranger.inner_text("#main")
    looked(stranger, "verify-void")


def test_a_clerk_counts_the_day_says_why_it_differs_and_takes_nothing_more(
    four: dict[str, UUID], opened: Open
) -> None:
    paying.at_counter(four["安国强"], four["兰秀英"], now=paying.at(SEASON), cash=40000, card=5000)
    page = signed_in(opened, "clerk")
    page.goto("/payments/day/")
    assert "400.00" in page.inner_text("#main")
    looked(page, "day-open")
    page.get_by_label("清点现金（元）").fill("399")
    page.get_by_role("button", name="日结").click()
    assert "相差 1.00 元，请写明原因" in page.inner_text("#main")
    page.get_by_label("差额原因").fill("找零错一元")
    page.get_by_role("button", name="日结").click()
    assert "已日结" in page.inner_text("h1")
    assert "−1.00 元" in page.inner_text("#main")
    looked(page, "day-closed")
    sheet = page.get_by_role("link", name="打印日结单").get_attribute("href")
    said = text_of(page.request.get(page.url.rpartition("/payments/")[0] + str(sheet)).body())
    assert all(words in said for words in ("400.00", "50.00", "399.00", "找零错一元"))
    page.goto(f"/payments/counter/{four['安小雨']}/")
    assert page.get_by_role("button", name="收款", exact=True).is_disabled()
    looked(page, "counter-day-closed")


def test_money_of_a_day_is_told_by_channel_down_to_an_order(four: dict[str, UUID], opened: Open) -> None:
    bank = paying.bank()
    now = paying.at(SEASON)
    paying.told(bank, paying.order(bank, four["安国强"], now=now), paid_at=now)
    paying.told(bank, paying.order(bank, four["安小雨"], now=now), paid_at=now, fen=37900)
    paying.at_counter(four["兰秀英"], now=now, cash=7000)
    page = signed_in(opened, "clerk")
    page.goto("/payments/")
    words = page.inner_text("#main")
    # 380 + 379 + 70, of which 379 is not what was due
    assert "829.00" in words
    assert "379.00" in words
    looked(page, "money-today")
    page.get_by_role("link", name="农商银行").click()
    assert "收到的金额与订单不符" in page.inner_text("#main")
    looked(page, "money-listed")
    page.get_by_role("row").filter(has_text="379.00").get_by_role("link").first.click()
    assert "收款待退" in page.inner_text("h1")
    looked(page, "order-held")
    page.goto("/payments/orders/")
    assert page.locator("tbody tr").count() == 3
    looked(page, "orders")


def test_the_administrator_opens_a_channel_gives_a_key_and_stops_it(database: str, opened: Open) -> None:
    given.units()
    page = signed_in(opened, "system_admin")
    page.goto("/channels/")
    looked(page, "channels-empty")
    page.get_by_role("link", name="登记渠道").click()
    looked(page, "channels-new")
    page.get_by_label("渠道代码").fill("rcb-620721")
    page.get_by_label("名称").fill("农商银行")
    page.get_by_label("类别").select_option("bank")
    page.get_by_label("允许的网络地址").fill("10.1.2")
    page.get_by_role("button", name="登记").click()
    assert "不是网络地址" in page.inner_text("#main")
    page.get_by_label("允许的网络地址").fill("10.1.2.0/24")
    page.get_by_role("button", name="登记").click()
    page.get_by_role("link", name="登记密钥").click()
    page.get_by_label("密钥编号").fill("2024-1")
    page.get_by_label("签名方式").select_option("HMAC-SM3")
    page.get_by_label("共享密钥").fill("0123456789abcdef0123456789abcdef")
    looked(page, "channels-key")
    page.get_by_role("button", name="登记密钥").click()
    words = page.inner_text("#main")
    assert "2024-1" in words
    assert "0123456789abcdef" not in page.content()
    looked(page, "channel")
    page.get_by_role("row").filter(has_text="2024-1").get_by_role("link", name="停用").click()
    page.get_by_role("button", name="停用").click()
    assert "已停用" in row(page, "2024-1")
    page.get_by_role("link", name="停用渠道").click()
    page.get_by_label("原因").fill("合同到期")
    page.get_by_role("button", name="停用渠道").click()
    assert "已停用" in page.inner_text("h1")
    looked(page, "channel-closed")
    page.goto("/channels/")
    looked(page, "channels")
