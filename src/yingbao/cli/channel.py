"""`yingbao channel`: let a channel in, give it keys, and, at the bank's end, try the calls."""

from __future__ import annotations

import os
import secrets
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from yingbao.cli import channel_try
from yingbao.cli.rooms import open_rooms
from yingbao.kernel.dates import CHINA
from yingbao.kernel.refusal import Refusal

if TYPE_CHECKING:
    from yingbao.journal.acting import Acting
    from yingbao.payments.queries.channels import ChannelForCall

app = typer.Typer(no_args_is_help=True)
app.command("try")(channel_try.try_round)


@app.command("open")
def open_(
    code: Annotated[str, typer.Argument(help="渠道代码：小写字母、数字、短横线，如 rcb-620721。")],
    *,
    name: Annotated[str, typer.Option(help="渠道名称，如 农商银行。")],
    kind: Annotated[str, typer.Option(help="类别：bank、wechat、alipay、unionpay、tax、agent、school。")],
    unit: Annotated[str, typer.Option(help="为哪里的人收费：单位代码，如 620721。")],
    address: Annotated[list[str], typer.Option(help="渠道从哪些网络地址来，可写多次，如 10.1.2.0/24。")],
    per_minute: Annotated[int, typer.Option(min=1, help="每分钟最多几次。")] = 6000,
) -> None:
    """登记渠道。登记以后再用 `yingbao channel key` 给它密钥。"""
    open_rooms()
    from yingbao.payments import actions

    actions.open_channel(
        by=_program(), code=code, name=name, kind=kind, unit_code=unit, addresses=address, per_minute=per_minute
    )  # fmt: skip
    found = _found(code)
    print(
        f"已登记 {found.code}（{found.name}），从 {'、'.join(found.addresses)} 来，每分钟最多 {per_minute} 次。"
    )
    print(f"下一步：yingbao channel key {code} k1 --scheme SM2 --public 渠道的公钥.pem")


@app.command()
def key(
    code: Annotated[str, typer.Argument(help="渠道代码。")],
    key_id: Annotated[str, typer.Argument(help="密钥编号，同一渠道里不重复，如 k1。")],
    *,
    scheme: Annotated[str, typer.Option(help="签名方式：SM2、RSA、HMAC-SM3。")] = "SM2",
    public: Annotated[
        Path | None, typer.Option(help="SM2、RSA：渠道的公钥文件（PEM）。", exists=True, dir_okay=False)
    ] = None,
    secret_out: Annotated[
        Path | None, typer.Option(help="HMAC-SM3：新生成的共享密钥写到这个文件，只有本人可读；不覆盖。")
    ] = None,
    until: Annotated[datetime | None, typer.Option(help="用到什么时候（北京时间）；不写则一直用。")] = None,
    end: Annotated[bool, typer.Option("--end", help="停用这个密钥：从现在起不认。")] = False,
) -> None:
    """给渠道一个密钥并印出渠道要知道的，或停用一个。新旧密钥可以并用，换的时候先给新的，再停旧的。"""
    open_rooms()
    from yingbao.payments import actions

    now, by, channel = channel_try.now(), _program(), _found(code)
    if end:
        actions.end_key(by=by, channel_id=channel.id, key_id=key_id, at=now)
        print(f"{code} 的密钥 {key_id} 已停用，几秒后各网页进程都不再认。")
        return
    secret = _new_secret(secret_out) if scheme == "HMAC-SM3" else ""
    try:
        actions.give_key(
            by=by, channel_id=channel.id, key_id=key_id, scheme=scheme, secret=secret, from_at=now,
            public=public.read_text(encoding="utf-8", errors="replace") if public else "",
            until_at=until.replace(tzinfo=CHINA) if until else None,
        )  # fmt: skip
    except Refusal:
        if secret and secret_out:
            secret_out.unlink()
        raise
    _tell(channel, key_id, scheme, secret_out)


def _new_secret(file: Path | None) -> str:
    """A shared secret, on disk for this user alone, never over another file."""
    if file is None:
        raise typer.BadParameter("HMAC-SM3 要写：共享密钥写到哪个文件", param_hint="--secret-out")
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise typer.BadParameter(
            f"{file} 写不了，请换一个还没有的文件名", param_hint="--secret-out"
        ) from error
    made = secrets.token_urlsafe(32)
    with os.fdopen(handle, "w", encoding="ascii") as out:
        out.write(made)
    return made


def _tell(channel: ChannelForCall, key_id: str, scheme: str, secret_out: Path | None) -> None:
    """What the bank must know."""
    print("请把下面这些交给渠道：")
    print(f"  Yingbao-Channel   {channel.code}")
    print(f"  Yingbao-Key       {key_id}")
    print(f"  签名方式          {scheme}")
    print(f"  来访地址          {'、'.join(channel.addresses)}")
    print("  接入说明          docs/how-to/connect-a-channel.md")
    if scheme == "HMAC-SM3":
        print(
            f"  共享密钥          在 {secret_out} 里；请当面或加密交给渠道，不要用邮件、聊天工具发，交完删掉"
        )
        return
    from yingbao.cluster.folder import state_folder
    from yingbao.seal import keys_path
    from yingbao.seal.platform import PlatformKeys, platform_keys_path

    ours = PlatformKeys.ensure(platform_keys_path(keys_path(state_folder()))).public[scheme]
    print(f"  平台应答公钥（{scheme}，指纹 {channel_try.fingerprint(ours)}）：")
    print(ours, end="")


def _program() -> Acting:
    from yingbao.journal.acting import NATION, Acting

    return Acting.program(NATION, "命令行")


def _found(code: str) -> ChannelForCall:
    """Raises ChannelNotFound."""
    from yingbao.journal.scope import within
    from yingbao.payments.queries.channels import channel_for_call

    with within(_program()):
        return channel_for_call(code)
