"""`yingbao channel`: a bank let in, given keys as OpenSSL writes them, and its engineer's round against a server that runs."""

from __future__ import annotations

import stat
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

import channels
import given
import paying
from journeys.browser import serve
from people import PROGRAM, SEASON
from yingbao.cli import channel_try
from yingbao.cli.app import app
from yingbao.config.wsgi import application
from yingbao.journal import queries as journal
from yingbao.journal.scope import within
from yingbao.kernel.ids import uuid7
from yingbao.payments.errors import ChannelInvalid, ChannelNotFound, KeyTaken
from yingbao.payments.queries.channels import ChannelForCall, channel_for_call
from yingbao.payments.queries.money import statement
from yingbao.payments.queries.refunds import refunds
from yingbao.web.gateway import known
from yingbao.web.gateway.answers import platform_keys

NOW = paying.at(SEASON)
OPEN = ["--name", "农商银行", "--kind", "bank", "--unit", "620721", "--address", "127.0.0.0/8"]


def run(*words: str) -> tuple[int, str, str]:
    """Exit code, what was said, what was complained of; a refusal comes out as itself."""
    found = CliRunner().invoke(app, ["channel", *words])
    if found.exception is not None and not isinstance(found.exception, SystemExit):
        raise found.exception
    return found.exit_code, found.stdout, found.stderr


def openssl(*words: str) -> None:
    subprocess.run(["openssl", *words], check=True, capture_output=True)


def pair(folder: Path, scheme: str) -> tuple[Path, Path]:
    """Private and public key, made as the how-to says."""
    kind = ["EC", "-pkeyopt", "ec_paramgen_curve:SM2"] if scheme == "SM2" else ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"]  # fmt: skip
    name = uuid7().hex
    private, public = folder / f"{name}.key", folder / f"{name}.pem"
    openssl("genpkey", "-algorithm", *kind, "-out", str(private))
    openssl("pkey", "-in", str(private), "-pubout", "-out", str(public))
    return private, public


@dataclass(frozen=True)
class Town:
    """A server, a bill that may be paid at it, and the folder of a bank's engineer."""

    url: str
    bill: str
    folder: Path


@pytest.fixture(scope="module")
def town(module_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    given.units()
    one = given.lonely("兰秀英", "19820301", "222")
    given.assessed()
    with pytest.MonkeyPatch.context() as patch, channels.clock(NOW):
        patch.setattr(channel_try, "now", lambda: NOW)
        for url in serve(application):
            yield Town(url, paying.number_of(one), tmp_path_factory.mktemp("bank"))


def opened() -> str:
    """A bank's code, let in by the command."""
    code = f"rcb-{uuid7().hex[-8:]}"
    assert run("open", code, *OPEN)[0] == 0
    return code


def held(code: str) -> ChannelForCall:
    with within(PROGRAM):
        return channel_for_call(code)


def keyed(town: Town, scheme: str) -> tuple[str, Path]:
    """A channel with a key of the scheme, and the file its engineer signs with."""
    code = opened()
    if scheme == "HMAC-SM3":
        private = town.folder / f"{code}.secret"
        assert run("key", code, "k1", "--scheme", scheme, "--secret-out", str(private))[0] == 0
    else:
        private, public = pair(town.folder, scheme)
        assert run("key", code, "k1", "--scheme", scheme, "--public", str(public))[0] == 0
    known.forget()
    return code, private


def tried(town: Town, code: str, private: Path, scheme: str, *more: str) -> tuple[int, str, str]:
    return run(
        "try", town.url, "--channel", code, "--key", "k1", "--scheme", scheme, "--key-file", str(private),
        "--bill", town.bill, *more,
    )  # fmt: skip


def test_a_channel_is_opened_with_its_networks_and_limit(town: Town) -> None:
    code, said, _ = run("open", "rcb-open", *OPEN, "--address", "10.1.2.3/24", "--per-minute", "60")
    assert (code, "yingbao channel key rcb-open k1" in said) == (0, True)
    found = held("rcb-open")
    assert (found.addresses, found.per_minute, found.unit_code) == (
        ("127.0.0.0/8", "10.1.2.0/24"), 60, "620721",
    )  # fmt: skip
    with within(PROGRAM):
        assert journal.of_subject(found.id)[0].action == "channel.open"


def test_a_key_comes_with_all_the_bank_must_know(town: Town) -> None:
    code = opened()
    _, public = pair(town.folder, "SM2")
    exit_code, said, _ = run("key", code, "k1", "--public", str(public), "--until", "2024-10-08")
    assert exit_code == 0
    for wanted in (code, "k1", "SM2", "127.0.0.0/8", platform_keys().public["SM2"]):
        assert wanted in said
    [key] = held(code).keys
    assert (key.public, key.from_at) == (public.read_text().strip(), NOW)
    assert key.until_at is not None
    assert key.until_at.isoformat() == "2024-10-07T16:00:00+00:00"


def test_a_shared_secret_is_in_a_file_of_its_owner_alone_and_never_on_the_screen(town: Town) -> None:
    code, file = opened(), town.folder / "one.secret"
    words = ("key", code, "k1", "--scheme", "HMAC-SM3", "--secret-out", str(file))
    exit_code, said, _ = run(*words)
    secret = file.read_text()
    assert (exit_code, stat.S_IMODE(file.stat().st_mode), secret in said) == (0, 0o600, False)
    assert held(code).keys[0].secret == secret
    assert run(*words)[0] == 2
    assert file.read_text() == secret


def test_a_secret_that_was_not_taken_is_not_left_behind(town: Town) -> None:
    code, file = opened(), town.folder / "two.secret"
    words = ("key", code, "k1", "--scheme", "HMAC-SM3", "--secret-out")
    assert run(*words, str(town.folder / "first.secret"))[0] == 0
    with pytest.raises(KeyTaken):
        run(*words, str(file))
    assert not file.exists()


def test_a_key_without_its_material_and_a_channel_nobody_knows_are_refused(town: Town) -> None:
    code = opened()
    assert run("key", code, "k1", "--scheme", "HMAC-SM3")[0] == 2
    with pytest.raises(ChannelInvalid):
        run("key", code, "k1")
    with pytest.raises(ChannelNotFound):
        run("key", "nobody", "k1", "--end")


@pytest.mark.parametrize("scheme", ["SM2", "RSA", "HMAC-SM3"])
def test_an_engineers_round_without_money_is_walked_and_every_line_shown(town: Town, scheme: str) -> None:
    code, private = keyed(town, scheme)
    exit_code, said, complained = tried(town, code, private, scheme)
    assert (exit_code, complained) == (0, ""), said + complained
    steps = [line.split(" ", 3)[3] for line in said.splitlines() if line.startswith("第 ")]
    assert [step.split("（")[0] for step in steps] == [
        "查账单",
        "下单",
        "原样再下一次单",
        "查订单",
        "取消订单",
    ]
    assert said.count("应答的签名核对无误") == 5
    assert "    1 方法\tPOST\n    2 路径\t/gateway/v1/bills/query\n    3 查询\t\n" in said
    assert f"    4 渠道\t{code}\n    5 密钥编号\tk1\n    6 时刻\t2023-10-08T02:00:00.000+00:00\n" in said
    assert ("指纹" in said) == (scheme != "HMAC-SM3")
    with within(PROGRAM):
        assert statement(held(code).id, SEASON) == ()


def test_with_pay_money_is_booked_once_asked_back_and_stated(town: Town) -> None:
    code, private = keyed(town, "SM2")
    platform = town.folder / "platform.pem"
    platform.write_text(platform_keys().public["SM2"])
    exit_code, said, complained = tried(town, code, private, "SM2", "--pay", "--platform-key", str(platform))
    assert (exit_code, complained) == (0, ""), said + complained
    assert "全部走通" in said
    assert f"H|{code}|2023-10-08|1|38000|38000|0" in said
    with within(PROGRAM):
        [line] = statement(held(code).id, SEASON)
        assert (line.fen, line.booked_fen) == (38000, 38000)
        [refund] = refunds(states=("asked",), channel_id=held(code).id)
        assert (refund.fen, refund.words) == (38000, "接入试验，请退回")
    # the bill is paid now: whoever tries with it again is told to take another
    code, private = keyed(town, "HMAC-SM3")
    exit_code, _, complained = tried(town, code, private, "HMAC-SM3")
    assert (exit_code, "不能缴费" in complained) == (1, True)


def test_with_another_private_key_all_lines_agree_and_the_key_is_blamed(town: Town) -> None:
    code, _ = keyed(town, "SM2")
    stranger, _ = pair(town.folder, "SM2")
    exit_code, said, complained = tried(town, code, stranger, "SM2")
    assert (exit_code, "call-signature-wrong" in complained) == (1, True)
    assert "九行与上面逐行相同：是密钥不对" in said


def test_where_something_in_between_changes_a_call_the_line_is_shown(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy that puts an idempotency key of its own into every call."""
    code, private = keyed(town, "HMAC-SM3")
    for url in serve(lambda environ, start: application({**environ, "HTTP_IDEMPOTENCY_KEY": "proxy"}, start)):
        exit_code, said, _ = tried(Town(url, town.bill, town.folder), code, private, "HMAC-SM3")
    assert exit_code == 1
    assert "  第 8 行不同：\n    这里\t\n    服务器\tproxy\n" in said


def test_an_ended_key_is_not_taken_any_more(town: Town) -> None:
    code, private = keyed(town, "HMAC-SM3")
    with pytest.raises(ChannelInvalid):
        run("key", code, "k1", "--end")  # in the very instant it begins
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(channel_try, "now", lambda: paying.at(SEASON, 10, 0, 1))
        assert run("key", code, "k1", "--end")[0] == 0
    known.forget()
    with channels.clock(paying.at(SEASON, 10, 0, 2)):
        exit_code, _, complained = tried(town, code, private, "HMAC-SM3")
    assert (exit_code, "call-key-expired" in complained) == (1, True)


def test_another_platform_key_makes_every_answer_worthless(town: Town) -> None:
    code, private = keyed(town, "SM2")
    _, wrong = pair(town.folder, "SM2")
    exit_code, _, complained = tried(town, code, private, "SM2", "--platform-key", str(wrong))
    assert (exit_code, "应答的签名不是平台的" in complained) == (1, True)


def test_nobody_at_the_address_and_a_scheme_nobody_knows(town: Town) -> None:
    code, private = keyed(town, "HMAC-SM3")
    gone = Town("http://127.0.0.1:9", town.bill, town.folder)
    exit_code, _, complained = tried(gone, code, private, "HMAC-SM3")
    assert (exit_code, "不知道办成没有" in complained) == (1, True)
    assert (tried(gone, code, private, "SM2")[0], tried(gone, code, private, "MD5")[0]) == (1, 2)
