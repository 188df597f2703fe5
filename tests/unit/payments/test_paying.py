"""Money in 肃南, benefit year 2024 (肃医保〔2023〕48号): 380 yuan, 一、二类低保 less 310, 250; through a bank and at the counter."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest
from django.db import connection

import given
import paying
from people import CLERK, COUNTY, GAOTAI_CLERK, KANGLE_CLERK, PROGRAM, REVIEWER, SEASON, number
from yingbao.journal.errors import NotPermitted, SameTwoPeople
from yingbao.journal.scope import within
from yingbao.payments import actions, tasks
from yingbao.payments.actions import TenderGiven
from yingbao.payments.errors import (
    AlreadyPaid,
    AmountOther,
    DayCloseInvalid,
    DayIsClosed,
    KeyReused,
    NothingDue,
    NotPayable,
    NotRefundable,
    OrderNotFound,
    ReceiptNotFound,
    TenderInvalid,
    WrongPlace,
    WrongYear,
)
from yingbao.payments.queries.receipts import receipt_page, verify_receipt
from yingbao.payments.queries.refunds import refund_page, refunds
from yingbao.registry import actions as registry

NOW = paying.at(SEASON)
FUND = f"fund:390100/{COUNTY}"


@pytest.fixture(autouse=True)
def _county(database: str) -> None:
    given.units()


def state_of(resident_id: UUID) -> str:
    return given.bill_of(resident_id).bill.state


def poor() -> UUID:
    """安国强, 一类低保: 70 of 380, the medical-assistance fund gives 310."""
    return given.lonely("安国强", "19800101", "111", "rural_allowance_1")


def ordinary() -> UUID:
    return given.lonely("兰秀英", "19820301", "222")


def test_a_subsidised_person_pays_70_and_the_fund_receives_380() -> None:
    one = poor()
    given.assessed()
    bank = paying.bank()
    done = paying.told(bank, paying.order(bank, one, now=NOW), paid_at=NOW)
    assert (done.outcome, done.booked_fen, len(done.receipts)) == ("booked", 7000, 1)
    assert state_of(one) == "paid"
    assert paying.books() == {
        f"channel:rcb/{COUNTY}": 7000, f"payer:medical_assistance/{COUNTY}": 31000, FUND: 38000,
    }  # fmt: skip


def test_paying_brings_cover_from_january_and_a_receipt_anybody_can_verify() -> None:
    one = ordinary()
    given.assessed()
    bank = paying.bank()
    done = paying.told(bank, paying.order(bank, one, now=NOW), paid_at=NOW)
    [cover] = given.page(one).covers
    assert (cover.what, cover.detail, cover.from_on, cover.through_on) == (
        "390",
        COUNTY,
        date(2024, 1, 1),
        date(2024, 12, 31),
    )
    [(receipt, code, _, fen)] = done.receipts
    shown = verify_receipt(receipt, code.lower())
    assert shown is not None
    assert (shown.fen, shown.state, shown.masked_name, fen) == (38000, "valid", "兰**", 38000)
    assert verify_receipt(receipt, "00000000") is None


def test_a_payment_told_twice_is_booked_once() -> None:
    one = ordinary()
    given.assessed()
    bank = paying.bank()
    made = paying.order(bank, one, now=NOW)
    first = paying.told(bank, made, paid_at=NOW, transaction="T1")
    again = paying.told(bank, made, paid_at=NOW, transaction="T1")
    assert (again.again, again.payment_id, again.receipts) == (True, first.payment_id, first.receipts)
    assert paying.books()[FUND] == 38000


def test_two_payers_for_one_bill_one_is_booked_the_other_gets_the_money_back() -> None:
    one = ordinary()
    given.assessed()
    bank, other = paying.bank(), paying.bank("wechat")
    mine, theirs = paying.order(bank, one, now=NOW), paying.order(other, one, now=NOW)
    assert paying.told(bank, mine, paid_at=NOW).outcome == "booked"
    second = paying.told(other, theirs, paid_at=NOW)
    assert (second.outcome, second.reason, len(second.refunds)) == ("held", "already-paid", 1)
    assert paying.books() == {
        f"channel:rcb/{COUNTY}": 38000, f"channel:wechat/{COUNTY}": 38000, f"holding:wechat/{COUNTY}": 38000, FUND: 38000,
    }  # fmt: skip
    back = actions.refund_done(
        by=other.acting(), channel_id=other.id, refund_number=second.refunds[0], channel_number="R1", at=NOW
    )
    assert (back.state, paying.page(theirs.number).state) == ("done", "refunded")
    assert paying.books() == {f"channel:rcb/{COUNTY}": 38000, FUND: 38000}


def test_the_same_order_paid_twice_sends_the_second_payment_back() -> None:
    one = ordinary()
    given.assessed()
    bank = paying.bank()
    made = paying.order(bank, one, now=NOW)
    paying.told(bank, made, paid_at=NOW)
    second = paying.told(bank, made, paid_at=NOW)
    assert (second.outcome, second.reason, paying.page(made.number).state) == ("held", "order-paid", "paid")


def test_another_amount_is_held_and_sent_back_and_the_bill_stays_open() -> None:
    one = ordinary()
    given.assessed()
    bank = paying.bank()
    made = paying.order(bank, one, now=NOW)
    done = paying.told(bank, made, paid_at=NOW, fen=37999)
    assert (done.outcome, done.reason, state_of(one)) == ("held", "amount-other", "open")
    with within(CLERK):
        [back] = refunds(below=COUNTY)
    assert (back.fen, back.state) == (37999, "approved")


def test_money_for_somebody_whose_death_is_registered_after_the_order_goes_back() -> None:
    # 肃医保〔2023〕48号 asks nobody who died on or before the day of payment; a death on a later day changes nothing
    one, other = ordinary(), given.lonely("安建军", "19750203", "113")
    given.assessed()
    bank = paying.bank()
    orders = [paying.order(bank, resident, now=NOW) for resident in (one, other)]
    for resident, died_on in ((one, SEASON), (other, SEASON + timedelta(days=1))):
        registry.record_survival(
            by=CLERK, resident_id=resident, status="died", from_on=died_on, evidence="死亡证明 17"
        )
    first, second = (paying.told(bank, made, paid_at=NOW) for made in orders)
    assert (first.outcome, first.reason, first.booked_fen) == ("held", "not-payable", 0)
    with within(CLERK):
        assert [(back.fen, back.state) for back in refunds(below=COUNTY)] == [(38000, "approved")]
    assert (second.outcome, second.booked_fen) == ("booked", 38000)


def test_money_for_an_order_nobody_knows_is_held_not_lost() -> None:
    given.assessed()
    bank = paying.bank()
    done = paying.told(bank, "230101000000000011", paid_at=NOW, fen=5000, transaction="X")
    assert (done.outcome, done.reason) == ("held", "order-unknown")
    assert paying.told(bank, "230101000000000011", paid_at=NOW, fen=5000, transaction="X").again
    assert paying.books() == {f"channel:rcb/{COUNTY}": 5000, f"holding:rcb/{COUNTY}": 5000}


def test_money_for_a_cancelled_order_goes_back() -> None:
    one = ordinary()
    given.assessed()
    bank = paying.bank()
    made = paying.order(bank, one, now=NOW)
    actions.cancel(by=bank.acting(), order_number=made.number, reason="本人放弃", now=NOW, channel_id=bank.id)
    done = paying.told(bank, made, paid_at=NOW)
    assert (done.outcome, done.reason, state_of(one)) == ("held", "order-cancelled", "open")


def test_an_expired_order_whose_money_was_taken_is_booked_all_the_same() -> None:
    one = ordinary()
    given.assessed()
    bank = paying.bank()
    made = paying.order(bank, one, now=NOW)
    actions.expire_orders(now=NOW + timedelta(hours=1))
    assert paying.page(made.number).state == "expired"
    late = paying.told(bank, made, paid_at=NOW + timedelta(minutes=29), told_at=NOW + timedelta(hours=3))
    assert (late.outcome, paying.page(made.number).state) == ("booked", "paid")


def test_money_taken_two_seconds_before_midnight_and_told_next_day_counts_for_the_day_before() -> None:
    """2023-12-31 is the last day of the central window (二(二)); the day after, nobody ordinary may pay."""
    one = ordinary()
    given.assessed()
    bank = paying.bank()
    last = date(2023, 12, 31)
    made = paying.order(bank, one, now=paying.at(last, 23, 50))
    taken = paying.at(last, 23, 59, 58)
    done = paying.told(bank, made, paid_at=taken, told_at=taken + timedelta(hours=9))
    assert (done.outcome, done.on) == ("booked", last)


def test_money_taken_after_the_window_for_an_order_made_in_it_is_sent_back() -> None:
    one = ordinary()
    given.assessed()
    bank = paying.bank()
    made = paying.order(bank, one, now=paying.at(date(2023, 12, 31), 23, 50))
    done = paying.told(bank, made, paid_at=paying.at(date(2024, 1, 1), 0, 0, 1))
    assert (done.outcome, done.reason, state_of(one)) == ("held", "not-payable", "open")


def test_a_household_in_one_order_and_one_of_them_paid_meanwhile() -> None:
    one, two = poor(), ordinary()
    given.assessed()
    bank, other = paying.bank(), paying.bank("wechat")
    both = paying.order(bank, one, two, now=NOW, kind="household")
    paying.told(other, paying.order(other, two, now=NOW), paid_at=NOW)
    done = paying.told(bank, both, paid_at=NOW)
    assert (done.outcome, done.booked_fen, len(done.receipts), len(done.refunds)) == ("partly", 7000, 1, 1)
    assert (state_of(one), state_of(two)) == ("paid", "paid")


def test_refused_before_money_moves() -> None:
    one, two = poor(), given.lonely("贺小军", "20100601", "131", "orphan")
    given.assessed()
    bank = paying.bank()
    with pytest.raises(AmountOther, match=r"应缴 70\.00 元"):
        paying.order(bank, one, now=NOW, offered_fen=38000)
    with pytest.raises(WrongYear, match="2024"):
        paying.order(bank, one, now=NOW, benefit_year=2025)
    with pytest.raises(WrongPlace, match="肃南"):
        paying.order(bank, one, now=NOW, place="620724")
    with pytest.raises(NothingDue):
        paying.order(bank, two, now=NOW)
    made = paying.order(bank, one, now=NOW, key="same")
    assert paying.order(bank, one, now=NOW, key="same").number == made.number
    with pytest.raises(KeyReused):
        paying.order(bank, one, now=NOW, key="same", benefit_year=2024)
    paying.told(bank, made, paid_at=NOW)
    with pytest.raises(AlreadyPaid):
        paying.order(bank, one, now=NOW)


def test_nobody_confirms_another_channels_order_nor_another_countys() -> None:
    one = ordinary()
    given.assessed()
    bank, other = paying.bank(), paying.bank("wechat")
    made = paying.order(bank, one, now=NOW)
    assert paying.told(other, made, paid_at=NOW).reason == "order-unknown"
    assert state_of(one) == "open"
    with pytest.raises(OrderNotFound):
        paying.page(made.number, by=GAOTAI_CLERK)
    with pytest.raises(NotPermitted):
        actions.confirm(
            by=CLERK, channel=bank, order_number=made.number, transaction="x", fen=1, paid_at=NOW, told_at=NOW
        )


def test_a_refund_is_asked_by_one_agreed_by_another_and_leaves_nothing_in_the_books() -> None:
    one = poor()
    given.assessed()
    bank = paying.bank()
    done = paying.told(bank, paying.order(bank, one, now=NOW), paid_at=NOW)
    [(receipt, code, _, _)] = done.receipts
    asked = actions.ask_refund(
        by=CLERK, receipt_number=receipt, reason="employee", words="已参加职工医保", now=NOW
    )
    with pytest.raises(NotRefundable):
        actions.ask_refund(by=CLERK, receipt_number=receipt, reason="employee", words="再次", now=NOW)
    with pytest.raises(NotPermitted):
        actions.decide_refund(by=CLERK, refund_number=asked.number, agree=True, words="同意", now=NOW)
    agreed = actions.decide_refund(by=REVIEWER, refund_number=asked.number, agree=True, words="属实", now=NOW)
    assert (agreed.state, state_or_none(one)) == ("approved", "closed")
    assert paying.books() == {f"channel:rcb/{COUNTY}": 7000, f"holding:rcb/{COUNTY}": 7000}
    actions.refund_done(
        by=bank.acting(), channel_id=bank.id, refund_number=asked.number, channel_number="R", at=NOW
    )
    assert paying.books() == {}
    shown = verify_receipt(receipt, code)
    assert shown is not None
    assert shown.state == "void"
    assert given.page(one).covers == ()


def state_or_none(resident_id: UUID) -> str:
    with within(PROGRAM), connection.cursor() as cursor:
        cursor.execute(
            "SELECT state FROM billing_bill WHERE resident_id = %s ORDER BY id DESC LIMIT 1", [resident_id]
        )
        return str(cursor.fetchone()[0])


def test_the_same_person_does_not_agree_to_what_they_asked() -> None:
    one = ordinary()
    given.assessed()
    bank = paying.bank()
    [(receipt, *_)] = paying.told(bank, paying.order(bank, one, now=NOW), paid_at=NOW).receipts
    both = CLERK.also("refund.review")
    asked = actions.ask_refund(
        by=both, receipt_number=receipt, reason="payer-asked", words="本人申请", now=NOW
    )
    with pytest.raises(SameTwoPeople):
        actions.decide_refund(by=both, refund_number=asked.number, agree=True, words="同意", now=NOW)
    declined = actions.decide_refund(
        by=REVIEWER, refund_number=asked.number, agree=False, words="材料不全", now=NOW
    )
    assert (declined.state, state_of(one)) == ("declined", "paid")


def test_nothing_is_refunded_once_cover_has_begun() -> None:
    one = ordinary()
    given.assessed()
    bank = paying.bank()
    [(receipt, *_)] = paying.told(bank, paying.order(bank, one, now=NOW), paid_at=NOW).receipts
    with pytest.raises(NotRefundable, match="2024年1月1日"):
        actions.ask_refund(
            by=CLERK,
            receipt_number=receipt,
            reason="payer-asked",
            words="申请",
            now=paying.at(date(2024, 1, 1)),
        )


def test_a_refund_that_fails_is_put_right_and_paid_again() -> None:
    given.assessed()
    bank = paying.bank()
    done = paying.told(bank, "230101000000000011", paid_at=NOW, fen=5000)
    [number_] = done.refunds
    actions.refund_failed(by=bank.acting(), channel_id=bank.id, refund_number=number_, failure="账户已销户")
    again = actions.retry_refund(by=CLERK, refund_number=number_, words="换了账户")
    assert again.state == "approved"
    actions.refund_done(
        by=bank.acting(), channel_id=bank.id, refund_number=number_, channel_number="R", at=NOW
    )
    with within(CLERK):
        assert refund_page(number_).state == "done"


def test_the_counter_takes_cash_and_card_for_a_family_once() -> None:
    one, two = poor(), ordinary()
    given.assessed()
    done = paying.at_counter(one, two, now=NOW, cash=5000, card=40000, key="form-1")
    again = paying.at_counter(one, two, now=NOW, cash=5000, card=40000, key="form-1")
    assert (done.outcome, again.payment_id, len(done.receipts)) == ("booked", done.payment_id, 2)
    assert paying.books() == {
        f"channel:counter-{COUNTY}.cash/{COUNTY}": 5000, f"channel:counter-{COUNTY}.card/{COUNTY}": 40000,
        f"payer:medical_assistance/{COUNTY}": 31000, FUND: 76000,
    }  # fmt: skip


def test_a_receipt_printed_again_is_counted_and_another_county_does_not_see_it() -> None:
    one = ordinary()
    given.assessed()
    [(receipt, *_)] = paying.at_counter(one, now=NOW, cash=38000).receipts
    assert [actions.print_receipt(by=CLERK, receipt_number=receipt).prints for _ in range(2)] == [1, 2]
    with pytest.raises(ReceiptNotFound):
        actions.print_receipt(by=GAOTAI_CLERK, receipt_number=receipt)


def test_a_clerks_day_is_counted_closed_and_then_takes_nothing_more() -> None:
    one, two = poor(), ordinary()
    given.assessed()
    paying.at_counter(one, now=NOW, by=KANGLE_CLERK, cash=7000)
    with pytest.raises(DayCloseInvalid, match=r"70\.00"):
        actions.close_day(by=KANGLE_CLERK, on=SEASON, counted_fen=6900, words="", now=NOW)
    closed = actions.close_day(by=KANGLE_CLERK, on=SEASON, counted_fen=6900, words="找零错一元", now=NOW)
    assert (closed.cash_fen, closed.difference_fen, closed.orders, len(closed.receipts)) == (7000, -100, 1, 1)
    with pytest.raises(DayIsClosed):
        paying.at_counter(two, now=NOW, by=KANGLE_CLERK, cash=38000)
    assert paying.at_counter(two, now=NOW, cash=38000).outcome == "booked"


def test_suspicious_tenders_are_refused() -> None:
    one = ordinary()
    given.assessed()
    holder = number("19600101", "111")
    for tenders, said in (
        ((TenderGiven("cash", 100),), "应缴 380.00 元"),
        ((TenderGiven("account", 38000),), "现金、刷卡"),
        ((TenderGiven("family_account", 38000, holder[:-1] + "?", "配偶"),), "身份证号码不对"),
        ((TenderGiven("family_account", 38000, holder, "配偶"),), "没有职工个人账户代缴"),
    ):
        with pytest.raises((TenderInvalid, AmountOther), match=said):
            actions.take_at_counter(
                by=CLERK, key=said, bill_numbers=[paying.number_of(one)], tenders=tenders, now=NOW
            )


def test_a_receipt_page_says_what_was_paid_for_whom() -> None:
    one = ordinary()
    given.assessed()
    [(receipt, *_)] = paying.at_counter(one, now=NOW, cash=38000).receipts
    with within(CLERK):
        page = receipt_page(receipt)
    assert (page.name, page.fen, page.benefit_year, page.on, page.staff_name) == (
        "兰秀英",
        38000,
        2024,
        SEASON,
        "安建华",
    )


def test_nobody_ordinary_pays_after_the_window() -> None:
    one = ordinary()
    given.assessed()
    with pytest.raises(NotPayable):
        paying.at_counter(one, now=paying.at(date(2024, 3, 1)), cash=38000)


def test_every_minute_orders_whose_time_is_over_are_closed() -> None:
    one = ordinary()
    given.assessed()
    made = paying.order(paying.bank(), one, now=NOW)
    tasks.expire(timestamp=0)
    assert paying.page(made.number).state == "expired"
