"""Channels and their keys."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from yingbao.journal.acting import Acting
from yingbao.journal.actions import record
from yingbao.journal.content import plain_text
from yingbao.journal.keys import sealer
from yingbao.journal.scope import within
from yingbao.kernel import regions
from yingbao.kernel.ids import uuid7
from yingbao.payments.errors import ChannelInvalid, ChannelNotFound, ChannelTaken, KeyTaken, WordsMissing
from yingbao.payments.models import Channel, ChannelKey
from yingbao.payments.queries.channels import SECRET
from yingbao.payments.states import CHANNELS, SCHEMES
from yingbao.seal import BadSigningKey, signing

_CODE: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")


def open_channel(
    *,
    by: Acting,
    code: str,
    name: str,
    kind: str,
    unit_code: str,
    addresses: Sequence[str] = (),
    per_minute: int = 6000,
) -> UUID:
    """Let a channel take money for the people of a unit. Raises ChannelInvalid, ChannelTaken, NotPermitted, OutOfRegion."""
    unit = regions.canonical(unit_code)
    by.require("channel.manage", unit)
    if not code or not set(code) <= _CODE:
        raise ChannelInvalid("渠道代码应由小写字母、数字和短横线组成，如 wechat-620721")
    if not name.strip() or kind not in CHANNELS:
        raise ChannelInvalid("请写渠道名称，并从银行、微信、支付宝、税务等里选类别")
    if per_minute <= 0:
        raise ChannelInvalid("每分钟次数应大于零")
    checked = [_network(one) for one in addresses]
    channel_id = uuid7()
    with within(by):
        if Channel.objects.filter(code=code).exists():
            raise ChannelTaken
        record(
            by=by, action="channel.open", subject="channel", subject_id=channel_id, unit_code=unit,
            facts={"code": code, "kind": kind, "addresses": checked, "per_minute": per_minute},
        )  # fmt: skip
        Channel.objects.create(
            id=channel_id, code=code, name=plain_text(name).strip(), kind=kind, unit_code=unit, addresses=checked,
            per_minute=per_minute,
        )  # fmt: skip
    return channel_id


def _network(text: str) -> str:
    try:
        return str(ipaddress.ip_network(text.strip(), strict=False))
    except ValueError as error:
        raise ChannelInvalid(f"“{text}”不是网络地址，请写成 10.1.2.3 或 10.1.2.0/24") from error


def give_key(
    *,
    by: Acting,
    channel_id: UUID,
    key_id: str,
    scheme: str,
    from_at: datetime,
    until_at: datetime | None = None,
    public: str = "",
    secret: str = "",
) -> None:
    """A key a channel signs with from an instant on; others stay valid beside it.

    `public`: an SM2 key, or an RSA key of 2048 bits or more, as PEM; `secret` for HMAC-SM3.
    Raises ChannelNotFound, ChannelInvalid, KeyTaken, NotPermitted, OutOfRegion.
    """
    _check_material(scheme, public, secret)
    if not key_id.strip() or (until_at is not None and until_at <= from_at):
        raise ChannelInvalid("请写密钥编号，止期要晚于起期")
    with within(by):
        channel = _held(by, channel_id)
        if ChannelKey.objects.filter(channel=channel, key_id=key_id.strip()).exists():
            raise KeyTaken
        record(
            by=by, action="channel.key", subject="channel", subject_id=channel_id, unit_code=channel.unit_code,
            facts={"key": key_id, "scheme": scheme, "from": from_at.isoformat(), "until": until_at and until_at.isoformat()},
        )  # fmt: skip
        ChannelKey.objects.create(
            channel=channel, key_id=key_id.strip(), scheme=scheme, public=public.strip(), from_at=from_at,
            until_at=until_at, secret_sealed=sealer().seal(secret, SECRET) if secret else None,
        )  # fmt: skip


def _check_material(scheme: str, public: str, secret: str) -> None:
    if scheme not in SCHEMES:
        raise ChannelInvalid(f"签名方式应为 {'、'.join(SCHEMES)} 之一")
    shared = scheme == "HMAC-SM3"
    if shared == bool(public.strip()) or shared != bool(secret):
        raise ChannelInvalid("HMAC-SM3 要共享密钥、不要公钥；SM2、RSA 要渠道的公钥、不要共享密钥")
    try:
        signing.check_material(scheme, secret if shared else public)
    except BadSigningKey as error:
        raise ChannelInvalid(
            f"{scheme} 密钥用不了：{error.sentence}。请重新导出（PEM 格式的公钥）"
        ) from error


def end_key(*, by: Acting, channel_id: UUID, key_id: str, at: datetime) -> None:
    """A key is not taken from an instant on. Raises ChannelNotFound, ChannelInvalid, NotPermitted, OutOfRegion."""
    with within(by):
        channel = _held(by, channel_id)
        key = ChannelKey.objects.filter(channel=channel, key_id=key_id).first()
        if key is None or at <= key.from_at:
            raise ChannelInvalid("没有这个密钥，或止期不晚于起期，请核对密钥编号")
        record(
            by=by, action="channel.key-end", subject="channel", subject_id=channel_id, unit_code=channel.unit_code,
            facts={"key": key_id, "until": at.isoformat()},
        )  # fmt: skip
        key.until_at = at
        key.save(update_fields=["until_at"])


def change_channel(*, by: Acting, channel_id: UUID, open: bool, reason: str) -> None:
    """Stop a channel from taking money, or let it again. Raises ChannelNotFound, WordsMissing, NotPermitted, OutOfRegion."""
    if not reason.strip():
        raise WordsMissing("没有写停用或恢复的原因，请写明")
    with within(by):
        channel = _held(by, channel_id)
        record(
            by=by, action="channel.reopen" if open else "channel.close", subject="channel", subject_id=channel_id,
            unit_code=channel.unit_code, grounds=reason, facts={"code": channel.code},
        )  # fmt: skip
        channel.open = open
        channel.save(update_fields=["open"])


def _held(by: Acting, channel_id: UUID) -> Channel:
    channel = Channel.objects.select_for_update(of=("self",)).filter(id=channel_id).first()
    if channel is None:
        raise ChannelNotFound
    by.require("channel.manage", channel.unit_code)
    return channel
