"""零费申报 in a browser: made, answered line by line, and the money of whoever is paid for in full followed to the clause.

Figures by hand: 肃南 2024, 特困人员 and 孤儿 380.00 of 380.00 by 医疗救助资金 (肃医保〔2023〕48号 二(三)1); an ordinary
resident pays 380.00 (二(二)).
"""

from __future__ import annotations

from uuid import UUID

import pytest
from playwright.sync_api import Page

import given
import paying
from journeys.browser import DESK
from journeys.desk import live  # noqa: F401
from journeys.looking import looked
from journeys.test_money import Open, row, signed_in
from people import CLERK, SEASON, number
from yingbao.billing import actions
from yingbao.registry import actions as registry
from yingbao.registry.drafts import Draft


@pytest.fixture
def people(database: str) -> dict[str, UUID]:
    """兰秀英, 特困, who lives with her son; 安国强, 孤儿, insured in 兰州 since; 郭玉兰, 特困, of another house. Issued."""
    given.units()
    house = given.household(
        [
            Draft(name="安建军", relation="02", document=number("19750203", "113")),
            Draft(name="兰秀英", relation="52", document=number("19500301", "222")),
        ]
    )
    found = given.people_of(house)
    given.classes(found["兰秀英"], "extreme_poverty")
    found["安国强"] = given.lonely("安国强", "20100101", "111", "orphan")
    found["郭玉兰"] = given.lonely("郭玉兰", "19480505", "224", "extreme_poverty")
    given.assessed()
    issue = actions.issue_register(by=CLERK, region="620721", benefit_year=2024)
    registry.record_cover(
        by=CLERK, resident_id=found["安国强"], insurance="310", place="兰州市", from_on=SEASON, through_on=None, evidence="平台查询",
    )  # fmt: skip
    return found | {"house": house, "issue": issue}


def hand_in(page: Page, *lines: str) -> None:
    """The tax side's answer, dropped onto the page."""
    content = paying.tax_answer(*lines).encode()
    page.get_by_label("回执文件").set_input_files(
        {"name": "回执.csv", "mimeType": "text/csv", "buffer": content}
    )
    page.get_by_role("button", name="读回执").click()


def test_a_declaration_is_answered_and_the_clerk_sees_who_is_covered_and_who_is_not_and_why(
    people: dict[str, UUID], opened: Open
) -> None:
    page = signed_in(opened, "clerk")
    page.goto("/registers/")
    page.get_by_role("link", name="第 1 期").click()
    page.get_by_role("link", name="申报与导出").first.click()
    looked(page, "declaration-none")
    page.get_by_role("button", name="生成零费申报").click()
    assert "待回执 3" in page.inner_text("#main")
    looked(page, "declaration-waiting")

    page.get_by_role("button", name="读回执").click()
    assert page.get_by_label("回执文件").get_attribute("aria-invalid") == "true"
    looked(page, "declaration-no-file")
    hand_in(
        page,
        f"{paying.number_of(people['兰秀英'])},1,",
        f"{paying.number_of(people['安国强'])},1,",
        f"{paying.number_of(people['郭玉兰'])},0,证件号码与公安不一致",
        "24620721000009999,1,",
    )
    words = page.inner_text("#main")
    assert "受理 1 行，退回 1 行，受理而未入账 1 行" in words
    assert "此人另有没有终止的参保" in row(page, "第 3 行")
    assert "第 5 行" in words
    looked(page, "declaration-answered")
    page.get_by_role("link", name="已受理，未入账 1").click()
    assert "处理好了把这份回执再交一次" in row(page, "安国强")
    looked(page, "declaration-unbooked")
    page.get_by_role("link", name="待回执 0").click()
    assert "没有这样的行" in page.inner_text("#main")
    looked(page, "declaration-no-such-line")

    page.goto(f"/bills/{paying.number_of(people['安国强'])}/")
    assert "还没有入账：此人另有没有终止的参保" in page.inner_text("#main")
    looked(page, "bill-unbooked")


def test_whoever_is_paid_for_in_full_is_followed_from_the_household_to_the_voucher(
    people: dict[str, UUID], opened: Open
) -> None:
    batch_id = actions.send_zero_fee(by=CLERK, register_id=people["issue"])
    content = paying.tax_answer(f"{paying.number_of(people['兰秀英'])},1,").encode()
    actions.read_acknowledgement(by=CLERK, batch_id=batch_id, content=content, now=paying.at(SEASON))
    page = signed_in(opened, "clerk")
    page.goto(f"/households/{people['house']}/")
    looked(page, "household-paid-in-full")
    page.goto(f"/residents/{people['兰秀英']}/")
    assert "全额资助，2023-10-08 申报受理" in " ".join(page.inner_text("#main").split())
    looked(page, "person-paid-in-full")
    page.goto(f"/payments/counter/{people['兰秀英']}/")
    # her son owes his own 380.00; for her nothing is taken
    assert "380.00" in row(page, "安建军")
    assert page.get_by_role("row").filter(has_text="兰秀英").get_by_role("checkbox").count() == 0
    looked(page, "counter-paid-in-full")
    page.goto(f"/bills/{paying.number_of(people['兰秀英'])}/")
    assert "全额资助，零费申报受理" in page.inner_text("#main")
    looked(page, "bill-paid-in-full")
    money = opened(DESK, {"as": "finance"}).new_page()
    money.goto("/payments/ledger/")
    money.get_by_role("link", name="2023 年 10 月").click()
    money.get_by_role("link", name="医疗救助资金", exact=True).first.click()
    looked(money, "ledger-account-paid-in-full")
    money.locator('a[href*="/vouchers/"]').first.click()
    assert "全额资助入账凭证" in money.inner_text("#main, .head")
    assert "肃医保〔2023〕48号 二(三)1" in money.inner_text("#main")
    looked(money, "ledger-voucher-paid-in-full")
