"""Channels as this process knows them: read again every few seconds, so that a key that ends is refused soon after."""

from __future__ import annotations

import ipaddress
import threading
import time
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from django.db import connection

from yingbao.journal.acting import NATION, Acting
from yingbao.journal.scope import within
from yingbao.payments.errors import ChannelNotFound
from yingbao.payments.queries.channels import ChannelForCall, KeyForCall, channel_for_call

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

#: A closed channel, an ended key, another limit count at the latest after so many seconds.
FRESH_S: Final = 3.0
#: Names nobody has are remembered too, so that asking for them costs no database; so many at most.
_MOST: Final = 4096


@dataclass(frozen=True, slots=True)
class Known:
    """A channel, its networks and keys ready to be held against a call. `keys` by id, in their order."""

    channel: ChannelForCall
    networks: tuple[Network, ...]
    keys: dict[str, KeyForCall]
    acting: Acting

    def lets_in(self, address: Address) -> bool:
        """Whether the channel may call from there. It must have named its networks: none, none is let in."""
        return any(address in network for network in self.networks)


@dataclass(slots=True)
class _Shelf:
    found: dict[tuple[str, str], tuple[float, Known | None]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)


_shelf: Final = _Shelf()


def known(code: str) -> Known | None:
    """The channel of a code; None for none."""
    key = (str(connection.settings_dict["NAME"]), code)
    now = time.monotonic()
    held = _shelf.found.get(key)
    if held is not None and now < held[0]:
        return held[1]
    found = _read(code)
    with _shelf.lock:
        if len(_shelf.found) >= _MOST:
            _shelf.found.clear()
        _shelf.found[key] = (now + FRESH_S, found)
    return found


def forget() -> None:
    """Read every channel anew with its next call."""
    _shelf.found.clear()


def _read(code: str) -> Known | None:
    try:
        with within(NATION):
            channel = channel_for_call(code)
    except ChannelNotFound:
        return None
    networks = tuple(ipaddress.ip_network(one) for one in channel.addresses)
    return Known(channel, networks, {one.key_id: one for one in channel.keys}, channel.acting())
