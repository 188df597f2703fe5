"""Answers: a refusal as JSON, and the signature under every answer to a channel we know."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any, Final

from yingbao.cluster.folder import state_folder
from yingbao.kernel.refusal import Conflict, Forbidden, Invalid, NotFound, Refusal
from yingbao.payments.queries.channels import KeyForCall
from yingbao.seal import keys_path, signing
from yingbao.seal.platform import PlatformKeys, platform_keys_path
from yingbao.seal.signing import Reply
from yingbao.web.gateway.errors import CallMethod, CallRefused, CallTooOften

#: One table from refusals of the rooms to HTTP; the gateway's own name theirs.
_STATUS: Final = ((NotFound, 404), (Forbidden, 403), (Conflict, 409), (Invalid, 422))


@cache
def platform_keys() -> PlatformKeys:
    """The keys answers are signed with, made with the first call. Raises KeysExposed, KeysUnusable."""
    return PlatformKeys.ensure(platform_keys_path(keys_path(state_folder())))


def problem(code: str, message: str, facts: Mapping[str, Any] | None = None) -> bytes:
    """What is said where something was not done."""
    body = {"code": code, "message": message, "facts": dict(facts or {})}
    return json.dumps(body, ensure_ascii=False).encode()


def problem_of(refusal: Refusal) -> tuple[int, bytes, dict[str, str]]:
    """Status, body and further headers of a refusal."""
    if isinstance(refusal, CallRefused):
        status = refusal.status
    else:
        status = next((status for kind, status in _STATUS if isinstance(refusal, kind)), 400)
    headers = {}
    if isinstance(refusal, CallTooOften):
        headers["Retry-After"] = str(refusal.facts["wait"])
    if isinstance(refusal, CallMethod):
        headers["Allow"] = str(refusal.facts["allowed"])
    return status, problem(refusal.code, refusal.sentence, refusal.facts), headers


def signature_headers(
    key: KeyForCall, status: int, nonce: str, now: datetime, body: bytes
) -> list[tuple[str, str]]:
    """An answer is signed in the scheme of its call: with the shared secret, or with our own key of that scheme."""
    at = now.isoformat(timespec="milliseconds")
    ours = key.secret or platform_keys().private[key.scheme]
    made = signing.sign(key.scheme, ours, Reply(status, nonce, at, body).content(key.scheme))
    return [
        ("Yingbao-Time", at), ("Yingbao-Nonce", nonce), ("Yingbao-Scheme", key.scheme), ("Yingbao-Signature", made),
    ]  # fmt: skip
