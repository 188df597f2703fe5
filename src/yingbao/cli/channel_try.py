"""`yingbao channel try`: a bank's engineer runs one round against a live server and sees, line by line, what was signed."""

from __future__ import annotations

import json
import secrets
import sys
import urllib.request
from datetime import UTC, datetime
from itertools import count, zip_longest
from pathlib import Path
from typing import Annotated, Final
from urllib.error import URLError

import typer

from yingbao.cli.exits import Exit
from yingbao.client import CallRefused, Client, ClientError, Exchange, Signer
from yingbao.client.round import Round
from yingbao.seal import BadSigningKey, signing, sm3

#: The nine lines of what is signed.
LINES: Final = ("方法", "路径", "查询", "渠道", "密钥编号", "时刻", "随机串", "幂等号", "正文摘要")
_KEYS_WITHIN_S: Final = 10


def try_round(
    address: Annotated[str, typer.Argument(help="服务器地址，如 https://yibao.example.cn。")],
    *,
    channel: Annotated[str, typer.Option(help="渠道代码。")],
    key_id: Annotated[str, typer.Option("--key", help="密钥编号。")],
    bill: Annotated[str, typer.Option(help="一份今天可以缴费的账单的账单号（17 位）。")],
    key_file: Annotated[
        Path,
        typer.Option(
            help="私钥文件（PEM，没有口令）；HMAC-SM3 为共享密钥文件。", exists=True, dir_okay=False
        ),
    ],
    scheme: Annotated[str, typer.Option(help="签名方式：SM2、RSA、HMAC-SM3。")] = "SM2",
    platform_key: Annotated[
        Path | None,
        typer.Option(
            help="平台应答公钥文件；不写则向服务器要，并印出指纹供核对。", exists=True, dir_okay=False
        ),
    ] = None,
    pay: Annotated[
        bool,
        typer.Option(
            "--pay", help="连同确认收款、申请退费、对账单一起试。会真的入账：只在试验环境，或钱真的收了时用。"
        ),
    ] = False,
) -> None:
    """走一遍查账单、下单、查询、取消；加 --pay 再走确认、退费、对账单。每一步印出签名的九行，验签不过时逐行对照。"""
    if scheme not in signing.SCHEMES:
        raise typer.BadParameter(f"应为 {'、'.join(signing.SCHEMES)} 之一", param_hint="--scheme")
    secret = key_file.read_text(encoding="utf-8", errors="replace")
    shared = scheme == "HMAC-SM3"
    ours = "" if shared else _platform_key(address, scheme, platform_key)
    signer = Signer(scheme, secret.strip() if shared else secret, ours)
    screen = _Screen(scheme)
    client = Client(address, channel, key_id, signer, attempts=1, watch=screen.show, clock=now)
    trial = Round(client, bill, f"try{secrets.token_hex(6)}", screen.step, now)
    try:
        trial.without_money()
        if pay:
            trial.with_money()
    except (ClientError, BadSigningKey) as error:
        screen.broken(error)
        raise typer.Exit(Exit.FAULTS) from error
    finally:
        client.close()
    print("\n全部走通。" if pay else "\n不动钱的都走通了；确认收款、退费、对账单用 --pay 试（会真的入账）。")


def now() -> datetime:
    """The clock calls are signed by."""
    return datetime.now(UTC)


def fingerprint(pem: str) -> str:
    """The SM3 digest of a key's file, its first 16 hex digits: to be read over the telephone."""
    return sm3(pem.strip().encode()).hex()[:16]


def _platform_key(address: str, scheme: str, file: Path | None) -> str:
    if file:
        return file.read_text(encoding="utf-8", errors="replace")
    place = f"{address.rstrip('/')}/gateway/v1/keys"
    try:
        with urllib.request.urlopen(place, timeout=_KEYS_WITHIN_S) as answer:
            found: str = json.load(answer)[scheme]
    except (URLError, OSError, ValueError, KeyError) as error:
        print(
            f"向 {place} 要不到 {scheme} 公钥；请核对地址和签名方式，或用 --platform-key 给文件",
            file=sys.stderr,
        )
        raise typer.Exit(Exit.FAULTS) from error
    print(f"平台应答公钥（{scheme}）指纹 {fingerprint(found)}：请与医保局书面给的核对")
    return found


class _Screen:
    """Prints each step, what was signed for it and what came back."""

    def __init__(self, scheme: str) -> None:
        self._scheme, self._number, self._last = scheme, count(1), b""

    def step(self, title: str) -> None:
        """A step begins."""
        print(f"\n第 {next(self._number)} 步 {title}")

    def show(self, seen: Exchange) -> None:
        """A call and its answer."""
        self._last = seen.call.content(self._scheme)
        print("  签名的内容（九行，行间一个换行符 LF，末尾没有）：")
        for number, (name, line) in enumerate(zip(LINES, self._last.decode().split("\n"), strict=True), 1):
            print(f"    {number} {name}\t{line}")
        print(f"  正文\t{seen.call.body.decode() or '（空）'}")
        print(f"  签名\t{seen.signature}")
        signed = (
            "，应答的签名核对无误" if "yingbao-signature" in {name.lower() for name in seen.headers} else ""
        )
        print(f"  应答 {seen.status}{signed}")
        print("\n".join(f"    {line}" for line in seen.body.decode("utf-8", "replace").splitlines()))

    def broken(self, error: Exception) -> None:
        """The round ends here; where the signature was wrong, both contents side by side."""
        if isinstance(error, CallRefused) and error.code == "call-signature-wrong":
            self._compare(str(error.facts.get("content", "")))
        print(f"\n没有走通：{error}", file=sys.stderr)

    def _compare(self, theirs: str) -> None:
        ours = self._last.decode().split("\n")
        differing = [
            (number, ours_, theirs_)
            for number, (ours_, theirs_) in enumerate(zip_longest(ours, theirs.split("\n"), fillvalue="（没有）"), 1)
            if ours_ != theirs_
        ]  # fmt: skip
        if not differing:
            print(
                "  服务器据以验签的九行与上面逐行相同：是密钥不对。请核对私钥与登记的公钥是不是一对、密钥编号对不对。"
            )
        for number, ours_, theirs_ in differing:
            print(f"  第 {number} 行不同：\n    这里\t{ours_}\n    服务器\t{theirs_}")
