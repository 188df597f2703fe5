"""SM2 signatures with SM3, and keys in the forms other programs read.

The signer's identity is the sixteen digits that the standards give as the default. Source: GB/T 32918.2, GB/T 32918.5,
GB/T 35276 (signature as DER), GB/T 35275 and RFC 5915 (keys as DER).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from threading import get_ident
from typing import Final, Self

import gmssl_fast

from yingbao.seal.errors import BadSigningKey

IDENTITY: Final = b"1234567812345678"
_HALF: Final = 32
RAW_BYTES: Final = 2 * _HALF

_CURVE: Final = bytes.fromhex("301306072a8648ce3d020106082a811ccf5501822d")
_PUBLIC_HEAD: Final = b"\x30\x59" + _CURVE + b"\x03\x42\x00"
_PRIVATE_HEAD: Final = b"\x30\x81\x87\x02\x01\x00" + _CURVE + bytes.fromhex("046d306b0201010420")
_PRIVATE_MIDDLE: Final = bytes.fromhex("a144034200")
_UNCOMPRESSED: Final = b"\x04"
_FAILURES: Final = (gmssl_fast.GmsslError, gmssl_fast.GmsslValueError)
_KEPT: Final = 1024
_INTEGER: Final = 0x02
_SEQUENCE: Final = 0x30
_SIGN_BIT: Final = 0x80


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A point of the curve: x and y, 64 bytes. Raises: BadSigningKey."""

    point: bytes

    def __post_init__(self) -> None:
        if len(self.point) != RAW_BYTES:
            raise BadSigningKey(f"公钥应为 {RAW_BYTES} 字节")

    @classmethod
    def from_der(cls, der: bytes) -> Self:
        """Read a SubjectPublicKeyInfo. Raises: BadSigningKey."""
        head = _PUBLIC_HEAD + _UNCOMPRESSED
        if not der.startswith(head):
            raise BadSigningKey("不是 SM2 公钥的 DER 编码")
        return cls(der[len(head) :])

    def to_der(self) -> bytes:
        """As a SubjectPublicKeyInfo."""
        return _PUBLIC_HEAD + _UNCOMPRESSED + self.point


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """A number of 32 bytes with its public key; never printed. Raises: BadSigningKey."""

    secret: bytes = field(repr=False)
    public: PublicKey

    def __post_init__(self) -> None:
        if len(self.secret) != _HALF:
            raise BadSigningKey(f"私钥应为 {_HALF} 字节")

    @classmethod
    def from_der(cls, der: bytes) -> Self:
        """Read a PKCS#8 key without password that carries its public key. Raises: BadSigningKey."""
        start = len(_PRIVATE_HEAD)
        middle = _PRIVATE_MIDDLE + _UNCOMPRESSED
        if not der.startswith(_PRIVATE_HEAD) or not der[start + _HALF :].startswith(middle):
            raise BadSigningKey("不是 SM2 私钥的 DER 编码")
        return cls(der[start : start + _HALF], PublicKey(der[start + _HALF + len(middle) :]))

    def to_der(self) -> bytes:
        """As PKCS#8 without password."""
        return _PRIVATE_HEAD + self.secret + _PRIVATE_MIDDLE + _UNCOMPRESSED + self.public.point


def generate_pair() -> PrivateKey:
    """A new key with its public key."""
    made = gmssl_fast.SM2.generate()
    secret, point = made.private_key_hex, made.public_key_hex
    if secret is None or point is None:
        raise RuntimeError("the library made a key without one of its halves")
    return PrivateKey(bytes.fromhex(secret), PublicKey(bytes.fromhex(point)[1:]))


def sign(private: PrivateKey, content: bytes) -> bytes:
    """r and s on end, 64 bytes. Raises: BadSigningKey when secret and public key do not belong together."""
    try:
        return _signing(get_ident(), private).sign(content)
    except _FAILURES as problem:
        raise BadSigningKey("私钥与公钥不配对") from problem


def verify(public: PublicKey, content: bytes, signature: bytes) -> bool:
    """Tell whether a signature, raw or DER, is of this content. Raises: BadSigningKey for a point off the curve."""
    raw = signature if len(signature) == RAW_BYTES else from_der(signature)
    if raw is None:
        return False
    try:
        return _verifying(get_ident(), public).verify(content, raw)
    except gmssl_fast.GmsslVerificationError:
        return False
    except _FAILURES as problem:
        raise BadSigningKey("公钥不在曲线上") from problem


@lru_cache(maxsize=_KEPT)
def _signing(_thread: int, private: PrivateKey) -> gmssl_fast.SM2:
    """The library's own form of a key, one a thread: made with its first use, which takes as long as a signature."""
    return gmssl_fast.SM2(private.secret.hex(), private.public.point.hex())


@lru_cache(maxsize=_KEPT)
def _verifying(_thread: int, public: PublicKey) -> gmssl_fast.SM2:
    """The same of a public key."""
    return gmssl_fast.SM2(public_key=public.point.hex())


def to_der(raw: bytes) -> bytes:
    """A raw signature as a sequence of two integers."""
    body = _integer(raw[:_HALF]) + _integer(raw[_HALF:])
    return bytes([_SEQUENCE, len(body)]) + body


def from_der(der: bytes) -> bytes | None:
    """The raw form of a signature, None for anything that is not one written in the one way DER allows."""
    numbers = []
    rest = der[2:]
    for _ in range(2):
        end = 2 + (rest[1] if len(rest) > 1 else 0)
        number = rest[2:end].lstrip(b"\0")
        if len(number) > _HALF:
            return None
        numbers.append(number.rjust(_HALF, b"\0"))
        rest = rest[end:]
    raw = b"".join(numbers)
    return raw if to_der(raw) == der else None


def _integer(half: bytes) -> bytes:
    digits = half.lstrip(b"\0") or b"\0"
    if digits[0] & _SIGN_BIT:
        digits = b"\0" + digits
    return bytes([_INTEGER, len(digits)]) + digits
