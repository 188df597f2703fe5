"""A bank asks for bills; and every call that is turned away, one test each.

肃南, benefit year 2024 (肃医保〔2023〕48号): 380 yuan; 一类低保 pay 70.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from ipaddress import ip_network
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection

import channels
import paying
from channels import SECRET, World, knock, ordered
from clusters import session_cluster
from people import COUNTY, OTHER_COUNTY, SEASON, number
from yingbao.kernel import bill_numbers
from yingbao.payments import actions
from yingbao.seal import signing
from yingbao.web.gateway.calls import MOST_BYTES
from yingbao.web.gateway.limits import limits

ID_CARD = number("19800101", "111")
SCHEMES = ["HMAC-SM3", "SM2", "RSA"]
NOW = paying.at(SEASON)


@pytest.fixture(scope="module")
def world(module_database: str) -> World:
    with channels.clock(NOW):
        return World(NOW)


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with channels.clock(NOW):
        yield


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_person_is_asked_for_by_number_and_name_under_every_scheme(world: World, scheme: str) -> None:
    answer = world.bank.under(scheme).ask("POST", "bills/query", {"id_number": ID_CARD, "name": "安国强"})
    assert answer.json == {
        "bills": [
            {
                "number": world.bill, "name": "安**", "benefit_year": 2024,
                "place": {"code": COUNTY, "name": "肃南裕固族自治县"}, "state": "open", "due_fen": 7000, "payable": True,
                "reason": "", "next_on": None, "last_on": "2023-12-31", "benefit_start": "2024-01-01",
                "benefit_end": "2024-12-31", "waiting_days": 0,
            }
        ]
    }  # fmt: skip
    assert b"allowance" not in answer.body
    assert "低保" not in answer.body.decode()


def test_a_bill_is_asked_for_by_its_number(world: World) -> None:
    answer = world.bank.ask("POST", "bills/query", {"bill_number": world.numbers[world.ordinary]})
    [bill] = answer.json["bills"]
    assert (bill["due_fen"], bill["name"]) == (38000, "兰**")


def test_the_right_number_with_another_name_finds_nobody(world: World) -> None:
    answer = world.bank.ask("POST", "bills/query", {"id_number": ID_CARD, "name": "安国庆"})
    assert (answer.status, answer.code) == (404, "payment-bill-not-found")


def test_a_payer_who_chose_the_wrong_year_or_place_is_told_the_right_one(world: World) -> None:
    who = {"id_number": ID_CARD, "name": "安国强"}
    year = world.bank.ask("POST", "bills/query", {**who, "benefit_year": 2025})
    assert (year.status, year.code, year.json["facts"]["year"]) == (409, "wrong-year", 2024)
    place = world.bank.ask("POST", "bills/query", {**who, "place": OTHER_COUNTY})
    assert (place.status, place.code, place.json["facts"]["place"]) == (409, "wrong-place", COUNTY)
    assert "肃南" in place.json["message"]


def test_after_the_window_nothing_can_be_paid_and_the_reason_is_said(world: World) -> None:
    late = paying.at(date(2024, 1, 5))
    with channels.clock(late):
        bank = replace(world.bank, now=[late])
        [bill] = bank.ask("POST", "bills/query", {"bill_number": world.numbers[world.ordinary]}).json["bills"]
        order = bank.ask("POST", "orders", {"bill_numbers": [bill["number"]]}, key="late")
    assert (bill["payable"], bill["next_on"], bill["reason"]) == (False, None, "当日没有可以缴费的窗口")
    assert (order.status, order.code) == (409, "not-payable")


def test_the_channel_of_another_county_finds_nobody(world: World) -> None:
    for asked in ({"id_number": ID_CARD, "name": "安国强"}, {"bill_number": world.bill}):
        answer = world.away.ask("POST", "bills/query", asked)
        assert (answer.status, answer.code) == (404, "payment-bill-not-found")


def test_an_amount_other_than_due_makes_no_order(world: World) -> None:
    answer = world.bank.ask("POST", "orders", {"bill_numbers": [world.bill], "offered_fen": 38000}, key="x")
    assert (answer.status, answer.code, answer.json["facts"]["due_fen"]) == (422, "amount-other", 7000)


def asking(world: World) -> Any:
    return world.bank.call("POST", "bills/query", {"bill_number": world.bill})


@pytest.mark.parametrize("path", ["bills/query", "orders"])
def test_a_call_sent_a_second_time_is_refused(world: World, path: str) -> None:
    body = {"bill_number": world.bill} if path == "bills/query" else {"bill_numbers": [world.bill]}
    call = world.bank.call("POST", path, body, key="twice")
    assert world.bank.send(call).status == 200
    again = world.bank.send(call)
    assert (again.status, again.code) == (403, "replayed")


def test_banks_that_ask_at_the_same_time_get_each_their_own_answer(world: World) -> None:
    """They share a statement: the first waits for the table of calls, the others gather behind it."""
    poor, other = {"bill_number": world.bill}, {"bill_number": world.numbers[world.ordinary]}
    twice = world.bank.call("POST", "bills/query", poor, nonce="at-the-same-time")
    calls = [
        (world.bank, asking(world)),
        (world.bank, world.bank.call("POST", "bills/query", other)),
        (world.other, world.other.call("POST", "bills/query", poor)),
        (
            world.bank,
            world.bank.call("POST", "bills/query", {"bill_number": bill_numbers.make(2024, COUNTY, 999)}),
        ),
        (world.bank, twice),
        (world.bank, replace(twice, body=json.dumps(other).encode())),
        (world.away, world.away.call("POST", "bills/query", poor)),
    ]
    dsn = session_cluster().dsn("super", connection.settings_dict["NAME"])
    with psycopg.connect(dsn) as holder, ThreadPoolExecutor(len(calls)) as pool:
        holder.execute("LOCK TABLE payments_nonce")
        asked = [pool.submit(bank.send, call) for bank, call in calls]
        time.sleep(0.5)
        holder.rollback()
        answers = [one.result(30) for one in asked]
    told = [
        answer.json["bills"][0]["due_fen"] if answer.status == 200 else (answer.status, answer.code)
        for answer in answers
    ]
    assert told[:4] == [7000, 38000, 7000, (404, "payment-bill-not-found")]
    assert (403, "replayed") in told[4:6]
    assert len({7000, 38000} & {*told[4:6]}) == 1
    assert told[6] == (404, "payment-bill-not-found")


@pytest.mark.parametrize("minutes", [-5, 5])
def test_five_minutes_late_or_early_still_counts_and_a_second_more_does_not(
    world: World, minutes: int
) -> None:
    edge = NOW + timedelta(minutes=minutes)
    assert world.bank.send(replace(asking(world), at=edge.isoformat())).status == 200
    past = edge + timedelta(seconds=1 if minutes > 0 else -1)
    answer = world.bank.send(replace(asking(world), at=past.isoformat()))
    assert (answer.status, answer.code) == (401, "call-stale")


TAMPERED = {
    "body": b'{"bill_number": "24620721000000027"}', "path": "/gateway/v1/orders", "method": "PUT", "query": "a=1",
    "nonce": "another-nonce", "idempotency_key": "o9",
}  # fmt: skip


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("part", TAMPERED)
def test_a_call_changed_on_its_way_is_refused(world: World, part: str, scheme: str) -> None:
    bank = world.bank.under(scheme)
    call = bank.call("POST", "bills/query", {"bill_number": world.bill})
    signature = signing.sign(scheme, bank.key, call.content(scheme))
    answer = knock(replace(call, **{part: TAMPERED[part]}), signature)
    assert (answer.status, answer.code) == (401, "call-signature-wrong")


def test_a_call_said_to_be_another_banks_is_refused(world: World) -> None:
    call = asking(world)
    signature = signing.sign("HMAC-SM3", SECRET, call.content("HMAC-SM3"))
    answer = knock(replace(call, channel=world.other.channel.code), signature)
    assert (answer.status, answer.code) == (401, "call-signature-wrong")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "", None),
        ("POST", "/start", {}),
        ("POST", "/cancel", {"reason": "不缴了"}),
    ],
)
def test_another_banks_order_is_not_found(world: World, method: str, path: str, body: Any) -> None:
    order = ordered(world.bank, world.bill, key="cross")
    answer = world.other.ask(method, f"orders/{order['number']}{path}", body)
    assert (answer.status, answer.code) == (404, "order-not-found")


def test_a_body_longer_than_any_call_is_refused_unread(world: World) -> None:
    call = world.bank.call("POST", "bills/query", b" " * (MOST_BYTES + 1))
    answer = world.bank.send(call)
    assert (answer.status, answer.code) == (413, "call-too-large")
    for length in ("99999999", "-1"):
        assert world.bank.send(asking(world), CONTENT_LENGTH=length).status == 413


def test_a_body_of_no_announced_length_is_not_waited_for(world: World) -> None:
    answer = world.bank.send(asking(world), CONTENT_LENGTH="0")
    assert (answer.status, answer.code) == (401, "call-signature-wrong")


def test_a_body_that_comes_in_pieces_is_read(world: World) -> None:
    answer = world.bank.send(asking(world), CONTENT_LENGTH="0", HTTP_TRANSFER_ENCODING="chunked")
    assert answer.status == 200


@pytest.mark.parametrize("part", ["channel", "key_id"])
def test_a_channel_or_key_nobody_knows_is_refused(world: World, part: str) -> None:
    answer = world.bank.send(replace(asking(world), **{part: "nobody"}))
    assert (answer.status, answer.code) == (401, "call-key-unknown")


def test_a_call_from_an_address_the_bank_has_not_named_is_refused(world: World) -> None:
    answer = replace(world.bank, address="10.9.9.9").send(asking(world))
    assert (answer.status, answer.code) == (403, "call-address")
    assert "10.9.9.9" in answer.json["message"]


def test_nobody_but_a_named_proxy_may_say_where_a_call_comes_from(
    world: World, settings_of_proxies: Any
) -> None:
    said = {"HTTP_X_FORWARDED_FOR": "10.9.9.9, 127.0.0.1"}
    outside = replace(world.bank, address="10.1.1.1")
    assert outside.send(asking(world), **said).code == "call-address"
    settings_of_proxies("10.1.1.0/24")
    assert outside.send(asking(world), **said).status == 200  # the nearest that is no proxy
    assert outside.send(asking(world), HTTP_X_FORWARDED_FOR="127.0.0.1, 10.9.9.9").code == "call-address"
    assert outside.send(asking(world), HTTP_X_FORWARDED_FOR="127.0.0.1, 10.1.1.7").status == 200


@pytest.fixture
def settings_of_proxies(monkeypatch: pytest.MonkeyPatch) -> Any:
    return lambda *networks: monkeypatch.setattr(
        settings, "GATEWAY_PROXIES", [ip_network(one) for one in networks]
    )


def test_a_bank_that_calls_too_often_waits(world: World) -> None:
    slow = channels.bank(NOW, per_minute=6)
    call = {"bill_number": world.bill}
    assert slow.ask("POST", "bills/query", call).status == 200
    answer = slow.send(slow.call("POST", "bills/query", call))
    assert (answer.status, answer.code) == (429, "call-too-often")
    assert 1 <= int(answer.headers["Retry-After"]) <= 11
    limits.buckets.clear()
    assert slow.ask("POST", "bills/query", call).status == 200


@pytest.mark.parametrize("header", ["CHANNEL", "KEY", "TIME", "NONCE", "SIGNATURE"])
def test_a_call_without_one_of_its_headers_is_told_which(world: World, header: str) -> None:
    answer = world.bank.send(asking(world), **{f"HTTP_YINGBAO_{header}": ""})
    assert (answer.status, answer.code) == (401, "call-not-signed")
    assert answer.json["facts"]["header"].upper() == f"YINGBAO-{header}"


def test_an_order_needs_the_banks_own_number(world: World) -> None:
    answer = world.bank.ask("POST", "orders", {"bill_numbers": [world.bill]})
    assert (answer.status, answer.json["facts"]["header"]) == (401, "Idempotency-Key")


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("bills/query", b"{", 400),
        ("bills/query", b"[]", 422),
        ("bills/query", b'{"name": "\xff"}', 400),
        ("bills/query", b'{"id_number": "\\ud800", "name": "a"}', 400),
        ("bills/query", b"{}", 422),
        ("bills/query", b'{"bill_number": "1"}', 422),
        ("bills/query", b'{"bill_number": "24620721000000019", "colour": 1}', 422),
        ("orders", b"{", 400),
        ("orders", b'{"bill_numbers": []}', 422),
        ("nowhere", b"{}", 404),
        ("orders/1/start", b"{}", 422),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(world: World, path: str, body: bytes, status: int) -> None:
    answer = world.bank.ask("POST", path, body, key="bad")
    assert answer.status == status, answer.json
    assert answer.json["message"]


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("bills/query", {"bill_number": "123"}, "字段 bill_number 不对：写法应合 ^[0-9]{17}$"),
        ("bills/query", {"bill_no": "1"}, "字段 bill_no 不对：没有这个字段，请核对拼写"),
        ("bills/query", {"id_number": ID_CARD}, "字段 请求体 不对：给账单号，或者给证件号码和姓名，只给一种"),
        ("orders", {}, "字段 bill_numbers 不对：必须填写"),
        ("orders", {"bill_numbers": []}, "字段 bill_numbers 不对：至少 1 项"),
        ("orders", {"bill_numbers": "1"}, "字段 bill_numbers 不对：应是数组"),
        ("orders", {"bill_numbers": ["24620721000000019"], "offered_fen": 0}, "字段 offered_fen 不对：应大于 0"),
        ("orders", {"bill_numbers": ["24620721000000019"], "offered_fen": 1.5}, "字段 offered_fen 不对：应是整数，不带小数"),
    ],
)  # fmt: skip
def test_the_banks_engineer_is_told_in_chinese_which_field_is_wrong_and_what_is_wanted(
    world: World, path: str, body: Any, said: str
) -> None:
    answer = world.bank.ask("POST", path, body, key="fields")
    assert (answer.status, answer.code, answer.json["message"]) == (422, "call-invalid", said)


def test_another_method_is_told_the_right_one(world: World) -> None:
    answer = world.bank.ask("GET", "orders")
    assert (answer.status, answer.code, answer.headers["Allow"]) == (405, "call-method", "POST")


def test_no_answer_and_no_log_repeats_a_persons_number(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    wrong = ID_CARD[:-1] + ("1" if ID_CARD[-1] != "1" else "2")
    with caplog.at_level(logging.DEBUG):
        for body in ({"id_number": ID_CARD, "name": "安国强"}, {"id_number": wrong, "name": "安国强"}):
            answer = world.bank.ask("POST", "bills/query", body)
            assert body["id_number"] not in answer.body.decode()
        world.bank.ask("POST", "bills/query", {"id_number": ID_CARD + "1", "name": "安国强"})
        bad = world.bank.send(asking(world), signature="AA==")
    assert bad.code == "call-signature-wrong"
    assert [one for one in caplog.messages if ID_CARD[:17] in one or "安国强" in one] == []


def test_a_fault_of_ours_is_answered_and_logged_without_what_was_sent(
    world: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**given: Any) -> None:
        raise RuntimeError(f"broken with {given}")

    monkeypatch.setattr(actions, "look_up", broken)
    answer = world.bank.ask("POST", "bills/query", {"id_number": ID_CARD, "name": "安国强"})
    assert (answer.status, answer.code) == (500, "failed")
    assert "RuntimeError" in caplog.text
    assert ID_CARD not in caplog.text
