"""A bank's calls that move money: ordered, paid, told twice, held, refunded, stated.

肃南, benefit year 2024 (肃医保〔2023〕48号): 380 yuan; 一类低保 pay 70.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import channels
import paying
from channels import World, money, ordered
from people import PROGRAM, SEASON
from yingbao.payments import actions
from yingbao.web.gateway import door, known

NOW = paying.at(SEASON)


@pytest.fixture
def fresh(database: str) -> World:
    with channels.clock(NOW):
        return World(NOW)


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with channels.clock(NOW):
        yield


def test_from_order_to_receipt_and_statement(fresh: World) -> None:
    bank = fresh.bank
    order = ordered(bank, fresh.bill)
    assert (order["state"], order["total_fen"], order["lines"][0]["name"]) == ("open", 7000, "安**")
    assert bank.ask("POST", f"orders/{order['number']}/start", {}).json["state"] == "paying"
    done = bank.ask("POST", f"orders/{order['number']}/confirm", money(7000, NOW)).json
    assert (done["outcome"], done["booked_fen"], done["again"]) == ("booked", 7000, False)
    [receipt] = done["receipts"]
    assert receipt["bill_number"] == fresh.bill
    shown = bank.ask("GET", f"orders/{order['number']}").json
    assert (shown["state"], shown["lines"][0]["receipt_number"]) == ("paid", receipt["number"])
    text = bank.ask("GET", "statements/2023-10-08", query="form=text").body.decode()
    assert text == (
        f"H|{bank.channel.code}|2023-10-08|1|7000|7000|0\r\n"
        f"D|{order['number']}|t1|7000|7000|2023-10-08T10:00:00+08:00|booked||0\r\n"
    )
    csv = bank.ask("GET", "statements/2023-10-08")
    assert csv.body.decode() == text.replace("|", ",")
    assert csv.headers["Content-Type"] == "text/csv; charset=utf-8"


def test_told_twice_booked_once_and_answered_alike(fresh: World) -> None:
    order = ordered(fresh.bank, fresh.bill)
    told = [
        fresh.bank.ask("POST", f"orders/{order['number']}/confirm", money(7000, NOW)).json for _ in range(2)
    ]
    assert [one["again"] for one in told] == [False, True]
    assert told[0] | {"again": True} == told[1]


def test_the_same_key_is_the_same_order_and_another_content_is_refused(fresh: World) -> None:
    first = ordered(fresh.bank, fresh.bill)
    assert ordered(fresh.bank, fresh.bill)["number"] == first["number"]
    other = fresh.bank.ask("POST", "orders", {"bill_numbers": [fresh.numbers[fresh.ordinary]]}, key="o1")
    assert (other.status, other.code) == (409, "order-key-reused")


def test_another_amount_is_held_and_comes_to_the_channel_to_be_paid_back(fresh: World) -> None:
    bank = fresh.bank
    order = ordered(bank, fresh.bill)
    done = bank.ask("POST", f"orders/{order['number']}/confirm", money(38000, NOW)).json
    assert (done["outcome"], done["reason"], done["reason_words"]) == (
        "held", "amount-other", "收到的金额与订单不符",
    )  # fmt: skip
    [refund] = bank.ask("GET", "refunds").json["refunds"]
    assert ([refund["number"]], refund["fen"], refund["state"]) == (done["refunds"], 38000, "approved")
    paid = bank.ask(
        "POST", f"refunds/{refund['number']}/done", {"channel_number": "r1", "at": NOW.isoformat()}
    ).json
    assert (paid["state"], paid["channel_number"]) == ("done", "r1")
    assert bank.ask("GET", "refunds").json["refunds"] == []
    assert bank.ask("GET", f"refunds/{refund['number']}").json["state"] == "done"


def test_a_refund_is_asked_for_and_cannot_be_paid_out(fresh: World) -> None:
    bank = fresh.bank
    order = ordered(bank, fresh.bill)
    done = bank.ask("POST", f"orders/{order['number']}/confirm", money(7000, NOW)).json
    wanted = {
        "receipt_number": done["receipts"][0]["number"],
        "reason": "payer-asked",
        "words": "本人不参保了",
    }
    asked = bank.ask("POST", "refunds", wanted, key="b1").json
    assert (asked["state"], asked["fen"]) == ("asked", 7000)
    assert bank.ask("POST", "refunds", wanted, key="b1").json["number"] == asked["number"]
    early = bank.ask("POST", f"refunds/{asked['number']}/failed", {"failure": "账户已注销"})
    assert (early.status, early.code) == (409, "order-no-way")
    actions.decide_refund(by=PROGRAM, refund_number=asked["number"], agree=True, words="同意", now=NOW)
    failed = bank.ask("POST", f"refunds/{asked['number']}/failed", {"failure": "账户已注销"}).json
    assert (failed["state"], failed["failure"]) == ("failed", "账户已注销")


def test_a_cancelled_order_sends_late_money_back(fresh: World) -> None:
    bank = fresh.bank
    order = ordered(bank, fresh.bill)
    assert (
        bank.ask("POST", f"orders/{order['number']}/cancel", {"reason": "不缴了"}).json["state"]
        == "cancelled"
    )
    done = bank.ask("POST", f"orders/{order['number']}/confirm", money(7000, NOW)).json
    assert (done["outcome"], done["reason"]) == ("held", "order-cancelled")


def test_a_closed_channel_begins_nothing_new_and_may_end_what_it_began(fresh: World) -> None:
    bank = fresh.bank
    order = ordered(bank, fresh.bill)
    actions.change_channel(by=PROGRAM, channel_id=bank.channel.id, open=False, reason="合同到期")
    known.forget()
    for path, body in (
        ("bills/query", {"bill_number": fresh.bill}),
        ("orders", {"bill_numbers": [fresh.numbers[fresh.ordinary]]}),
        (f"orders/{order['number']}/start", {}),
    ):
        answer = bank.ask("POST", path, body, key="o2")
        assert (answer.status, answer.code) == (409, "channel-closed")
    assert bank.ask("POST", f"orders/{order['number']}/confirm", money(7000, NOW)).json["outcome"] == "booked"


def test_money_told_for_another_banks_order_is_held_not_booked(fresh: World) -> None:
    order = ordered(fresh.bank, fresh.bill)
    done = fresh.other.ask("POST", f"orders/{order['number']}/confirm", money(7000, NOW)).json
    assert (done["outcome"], done["reason"]) == ("held", "order-unknown")
    [refund] = done["refunds"]
    assert fresh.bank.ask("GET", f"refunds/{refund}").status == 404


def test_a_key_that_has_ended_is_refused_and_the_new_one_taken(fresh: World) -> None:
    bank = fresh.bank
    actions.end_key(by=PROGRAM, channel_id=bank.channel.id, key_id="hmac", at=NOW)
    known.forget()
    answer = bank.send(bank.call("POST", "bills/query", {"bill_number": fresh.bill}))
    assert (answer.status, answer.code) == (401, "call-key-expired")
    assert bank.under("SM2").ask("POST", "bills/query", {"bill_number": fresh.bill}).status == 200


def test_the_two_straight_ways_answer_as_the_declared_ones_would(fresh: World) -> None:
    """The door takes bill queries and confirmations past ninja; ninja's own answers are the same."""
    bank = fresh.bank
    order = ordered(bank, fresh.bill)
    bank.ask("POST", f"orders/{order['number']}/confirm", money(7000, NOW))
    straight = [
        bank.ask("POST", "bills/query", {"bill_number": fresh.bill}).json,
        bank.ask("POST", f"orders/{order['number']}/confirm", money(7000, NOW)).json,
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(door, "_QUERY", "")
        patch.setattr(door, "_CONFIRM", door.re.compile("no such path"))
        patch.setattr(door.guards, "once", lambda _: None)
        declared = [
            bank.ask("POST", "bills/query", {"bill_number": fresh.bill}).json,
            bank.ask("POST", f"orders/{order['number']}/confirm", money(7000, NOW)).json,
        ]
    assert straight == declared
