"""Who calls, and may they? In this order: the address, the rate, the key, the time, the signature, the nonce."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from yingbao.journal.acting import Acting
from yingbao.payments.actions import CallNoted
from yingbao.payments.calls import remember_call
from yingbao.payments.queries.channels import ChannelForCall, KeyForCall
from yingbao.seal import signing
from yingbao.web.gateway.calls import Signed
from yingbao.web.gateway.errors import (
    CallAddress,
    CallKeyExpired,
    CallKeyUnknown,
    CallSignatureWrong,
    CallStale,
    CallTooOften,
)
from yingbao.web.gateway.known import Address, Known, known
from yingbao.web.gateway.limits import limits

#: A call's time may differ from ours by so much, either way; nonces are kept for longer than both together.
WINDOW: Final = timedelta(minutes=5)
KEPT: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Caller:
    """A channel whose call has been let in, at which instant, under which of its own keys for the same thing."""

    channel: ChannelForCall
    key: KeyForCall
    acting: Acting
    noted: CallNoted
    idempotency_key: str

    @property
    def now(self) -> datetime:
        """When the call came."""
        return self.noted.at


def enter(code: str, address: Address) -> Known:
    """The channel, if it exists, calls from its own networks and not too often.

    Raises CallKeyUnknown, CallAddress, CallTooOften.
    """
    found = known(code)
    if found is None:
        raise CallKeyUnknown
    if not found.lets_in(address):
        raise CallAddress(str(address))
    wait = limits.take(code, found.channel.per_minute)
    if wait:
        raise CallTooOften(found.channel.per_minute, int(wait) + 1)
    return found


def fresh(at: datetime, now: datetime) -> None:
    """Raises CallStale."""
    if abs(now - at) > WINDOW:
        raise CallStale(WINDOW // timedelta(minutes=1), now)


def key_of(found: Known, key_id: str, now: datetime) -> KeyForCall:
    """The key the call names. Raises CallKeyUnknown, CallKeyExpired."""
    key = found.keys.get(key_id)
    if key is None:
        raise CallKeyUnknown
    if not key.holds(now):
        raise CallKeyExpired
    return key


def check(found: Known, signed: Signed, now: datetime) -> Caller:
    """The caller of a call signed in its headers. The nonce is not yet looked at.

    Raises CallKeyUnknown, CallKeyExpired, CallStale, CallSignatureWrong.
    """
    call = signed.call
    key = key_of(found, call.key_id, now)
    fresh(signed.at, now)
    content = call.content(key.scheme)
    if not signing.verify(key.scheme, key.secret or key.public, content, signed.signature):
        raise CallSignatureWrong(content.decode("utf-8", "replace"))
    return caller(found, key, call.nonce, call.idempotency_key, now)


def caller(found: Known, key: KeyForCall, nonce: str, idempotency_key: str, now: datetime) -> Caller:
    """A channel whose signature held."""
    noted = CallNoted(found.channel.id, nonce, now)
    return Caller(found.channel, key, found.acting, noted, idempotency_key)


def once(who: Caller) -> None:
    """Note the call. Raises Replayed."""
    remember_call(channel_id=who.noted.channel_id, nonce=who.noted.nonce, at=who.noted.at)


def utc_now() -> datetime:
    """The one clock of the gateway."""
    return datetime.now(UTC)
