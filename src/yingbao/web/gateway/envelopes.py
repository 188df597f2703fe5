"""The national platform's envelope as a second framing: what is inside is the same call, made sure of by the same guards.

The channel has two keys: its SM2 public key verifies `signData`, its shared secret (scheme HMAC-SM3) opens `data`.
Inside stands `{"method", "path", "nonce", "idempotencyKey"?, "body"?}`; the query follows the path after a question mark.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from yingbao.payments.queries.channels import KeyForCall
from yingbao.seal import envelope, signing
from yingbao.seal.errors import SealBroken
from yingbao.web.gateway import guards, schemas
from yingbao.web.gateway.answers import platform_keys
from yingbao.web.gateway.calls import NONCE
from yingbao.web.gateway.errors import CallKeyUnknown, CallNotSigned, CallSignatureWrong, CallUnreadable
from yingbao.web.gateway.guards import Caller
from yingbao.web.gateway.known import Address, Known


class Inside(BaseModel):
    """What `data` holds."""

    model_config = ConfigDict(extra="forbid")

    method: str
    path: str
    nonce: str
    idempotencyKey: str = Field("", pattern=r"^[\x21-\x7e]{0,64}$")  # noqa: N815 - the platform's way of writing
    body: JsonValue = None


@dataclass(frozen=True, slots=True)
class Opened:
    """A call out of its envelope; `sealing` is the SM4 key its answer is locked with."""

    who: Caller
    app_id: str
    sealing: bytes
    nonce: str
    method: str
    path: str
    query: str
    body: bytes


def open_envelope(body: bytes, address: Address, now: datetime) -> Opened:
    """Verify, then open. Raises CallUnreadable, CallNotSigned and what the guards raise."""
    fields = _fields(body)
    found = guards.enter(fields["appId"], address)
    guards.fresh(_instant(fields["timestamp"]), now)
    key = _signer(found, fields, now)
    sealing = envelope.key_of(_secret(found, now).secret)
    try:
        inside = Inside.model_validate_json(envelope.unlock(sealing, fields["data"]))
    except (SealBroken, ValidationError) as error:
        raise CallUnreadable("信封的 data 解不开，或里面不是 {method, path, nonce, body}") from error
    if not NONCE.fullmatch(inside.nonce):
        raise CallNotSigned("nonce", "写法不对")
    path, _, query = inside.path.partition("?")
    content = b"" if inside.body is None else json.dumps(inside.body, ensure_ascii=False).encode()
    who = guards.caller(found, key, inside.nonce, inside.idempotencyKey, now)
    return Opened(who, fields["appId"], sealing, inside.nonce, inside.method.upper(), path, query, content)


def _fields(body: bytes) -> dict[str, str]:
    try:
        found = schemas.EnvelopeIn.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise CallUnreadable(
            f"信封的 {'.'.join(str(part) for part in first['loc']) or '内容'} 不对"
        ) from None
    plain = found.model_dump()
    if not all(isinstance(value, str) for value in plain.values()):
        raise CallUnreadable("信封的字段应都是字符串")
    return plain


def _instant(milliseconds: str) -> datetime:
    try:
        return datetime.fromtimestamp(int(milliseconds) / 1000, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise CallNotSigned("timestamp", "应是毫秒时间戳") from error


def _signer(found: Known, fields: dict[str, str], now: datetime) -> KeyForCall:
    """The SM2 key that signed: `appId` names the channel, so each of its valid keys is tried."""
    own = [one for one in found.keys.values() if one.scheme == "SM2" and one.holds(now)]
    if not own:
        raise CallKeyUnknown
    content = envelope.content(fields)
    for key in own:
        if signing.verify("SM2", key.public, content, fields[envelope.SIGNATURE]):
            return key
    raise CallSignatureWrong(content.decode("utf-8", "replace"))


def _secret(found: Known, now: datetime) -> KeyForCall:
    """The shared secret `data` is locked with: the newest that is valid. Raises CallKeyUnknown."""
    own = [one for one in found.keys.values() if one.secret and one.holds(now)]
    if not own:
        raise CallKeyUnknown
    return max(own, key=lambda one: one.from_at)


def enclose(opened: Opened, status: int, answer: bytes, now: datetime) -> bytes:
    """The answer in an envelope of ours: `{"status", "nonce", "body"}`, a body that is no JSON as a string."""
    try:
        body = json.loads(answer)
    except ValueError:
        body = answer.decode()
    inside = json.dumps({"status": status, "nonce": opened.nonce, "body": body}, ensure_ascii=False).encode()
    fields = {
        "appId": opened.app_id, "data": envelope.lock(opened.sealing, inside), "encType": envelope.ENC_TYPE,
        "signType": envelope.SIGN_TYPE, "timestamp": str(int(now.timestamp() * 1000)), "version": envelope.VERSION,
    }  # fmt: skip
    made = signing.sign("SM2", platform_keys().private["SM2"], envelope.content(fields))
    return json.dumps({**fields, envelope.SIGNATURE: made}).encode()
