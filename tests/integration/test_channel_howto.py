"""The program in docs/how-to/connect-a-channel.md, run as it stands against a server; the statement shown there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

import channels
import paying
from channels import OWN, World, money, ordered
from journeys.browser import serve
from people import SEASON
from yingbao.client import Client
from yingbao.config.wsgi import application
from yingbao.web.gateway.answers import platform_keys

NOW = paying.at(SEASON)
HOWTO = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "connect-a-channel.md"


def block(kind: str) -> str:
    found = re.search(rf"```{kind}\n(.*?)```", HOWTO.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None, kind
    return found[1]


@pytest.fixture
def world(database: str) -> Iterator[World]:
    with channels.clock(NOW):
        yield World(NOW)


def test_the_python_shown_pays_a_bill_and_is_refused_to_pay_it_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = Client.__init__.__kwdefaults__ or {}
    monkeypatch.setattr(Client.__init__, "__kwdefaults__", {**usual, "clock": lambda: NOW})
    shown = block("python")
    for theirs, ours in (
        ("24620721000000018", world.bill), ("rcb-620721", world.bank.channel.code), ('"k1"', '"sm2"'),
    ):  # fmt: skip
        assert theirs in shown
        shown = shown.replace(theirs, ours)
    said = StringIO()
    for url in serve(application):
        with redirect_stdout(said):
            exec(
                compile(shown, str(HOWTO), "exec"),
                {"url": url, "own_private_pem": OWN.private["SM2"], "platform_public_pem": platform_keys().public["SM2"]},
            )  # fmt: skip
    [line] = world.bank.ask("GET", "statements/2023-10-08", query="form=text").body.decode().splitlines()[1:]
    order = world.bank.ask("GET", f"orders/{line.split('|')[1]}").json
    receipt = order["lines"][0]["receipt_number"]
    assert said.getvalue() == block("text python").replace("收据号", receipt).replace(
        "24620721000000018", world.bill
    )
    assert line == f"D|{order['number']}|T20231008000001|7000|7000|2023-10-08T10:00:05+08:00|booked||0"


def test_the_statement_shown_has_the_records_of_a_real_one(world: World) -> None:
    """One payment booked, one too late for a bill another bank was paid for: as on the page."""
    first = ordered(world.bank, world.numbers[world.ordinary], key="a")
    second = ordered(world.bank, world.bill, key="b")
    world.bank.ask("POST", f"orders/{first['number']}/confirm", money(38000, NOW, "T20231008000001"))
    quicker = ordered(world.other, world.bill, key="c")
    world.other.ask("POST", f"orders/{quicker['number']}/confirm", money(7000, NOW, "x"))
    world.bank.ask("POST", f"orders/{second['number']}/confirm", money(7000, NOW, "T20231008000002"))
    real = world.bank.ask("GET", "statements/2023-10-08", query="form=text").body.decode()
    shown = block("text statement")
    assert real.endswith("\r\n")
    own = {world.bank.channel.code: "rcb-620721", first["number"]: "231008000000000010", second["number"]: "231008000000000029"}  # fmt: skip
    for ours, theirs in own.items():
        real = real.replace(ours, theirs)
    assert [_but_time(line) for line in real.splitlines()] == [_but_time(line) for line in shown.splitlines()]


def _but_time(record: str) -> list[str]:
    fields = record.split("|")
    return [*fields[:5], *fields[6:]] if fields[0] == "D" else fields
