"""Channels as the gateway and the pages need them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from yingbao.accounts.roles import CHANNEL
from yingbao.journal.acting import Acting
from yingbao.journal.keys import sealer
from yingbao.payments.errors import ChannelNotFound
from yingbao.payments.models import Channel, ChannelKey

SECRET: Final = "channel.secret"


@dataclass(frozen=True, slots=True)
class KeyForCall:
    """A key a channel signs with: SM2 hex point or RSA PEM, or the shared secret."""

    key_id: str
    scheme: str
    public: str
    secret: str
    from_at: datetime
    until_at: datetime | None

    def holds(self, at: datetime) -> bool:
        """Whether the key is valid at an instant."""
        return self.from_at <= at and (self.until_at is None or at < self.until_at)


@dataclass(frozen=True, slots=True)
class ChannelForCall:
    """A channel with all a call is held against. `addresses`: networks it may call from."""

    id: UUID
    code: str
    name: str
    kind: str
    unit_code: str
    addresses: tuple[str, ...] = ()
    per_minute: int = 0
    open: bool = True
    keys: tuple[KeyForCall, ...] = ()

    def acting(self, address: str = "") -> Acting:
        """The channel as whoever acts: for the people of its unit, and nothing but orders and money."""
        return Acting(None, self.name, "channel", self.unit_code, self.name, CHANNEL, address)


def channel_for_call(code: str) -> ChannelForCall:
    """A channel by its code, with its keys. Call it within the whole nation's scope. Raises ChannelNotFound."""
    found = Channel.objects.filter(code=code).first()
    if found is None:
        raise ChannelNotFound
    return for_call(found)


def for_call(channel: Channel) -> ChannelForCall:
    """The row as the gateway needs it; secrets are unsealed."""
    keys = tuple(_key(one) for one in ChannelKey.objects.filter(channel=channel).order_by("key_id"))
    return ChannelForCall(
        channel.id, channel.code, channel.name, channel.kind, channel.unit_code, tuple(channel.addresses),
        channel.per_minute, channel.open, keys,
    )  # fmt: skip


def channels() -> tuple[ChannelForCall, ...]:
    """The channels in sight, by code."""
    return tuple(for_call(one) for one in Channel.objects.order_by("code"))


def _key(row: ChannelKey) -> KeyForCall:
    secret = sealer().unseal(row.secret_sealed, SECRET) if row.secret_sealed else ""
    return KeyForCall(row.key_id, row.scheme, row.public, secret, row.from_at, row.until_at)


def channel_by_id(channel_id: UUID) -> ChannelForCall:
    """A channel in sight, with its keys. Raises ChannelNotFound."""
    found = Channel.objects.filter(id=channel_id).first()
    if found is None:
        raise ChannelNotFound
    return for_call(found)


def channel_names(codes: Collection[str]) -> dict[str, str]:
    """Names by code; a channel out of sight is left out."""
    return dict(Channel.objects.filter(code__in=list(codes)).values_list("code", "name"))
