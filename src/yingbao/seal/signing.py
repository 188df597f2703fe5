"""Signed calls between a channel and us: what is signed, and three schemes to sign it with.

The content is nine lines, joined by a line feed with none at the end: method, path, query (its `&` parts sorted, not
encoded anew), channel, key id, time (RFC 3339), nonce, idempotency key (empty where there is none), and the digest of
the body in hex. The digest is SM3, for RSA SHA-256. A reply's content is five lines: the status, the call's nonce, the
reply's time, the word of the scheme, and the digest of its body.
Signatures travel in Base64. SM2: GB/T 32918, user id 1234567812345678, r and s as DER. RSA: PKCS #1 v1.5 with SHA-256.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from yingbao.seal import sm2
from yingbao.seal.errors import BadSigningKey
from yingbao.seal.software import sm3

SCHEMES: Final = ("SM2", "RSA", "HMAC-SM3")
#: An RSA key has at least so many bits, a shared secret so many characters.
RSA_BITS: Final = 2048
SECRET_LENGTH: Final = 32


@dataclass(frozen=True, slots=True)
class Call:
    """A call as it is signed. `at` is RFC 3339 with an offset; `query` without the question mark, as sent."""

    method: str
    path: str
    query: str
    channel: str
    key_id: str
    at: str
    nonce: str
    idempotency_key: str
    body: bytes

    def content(self, scheme: str) -> bytes:
        """What is signed."""
        lines = (
            self.method.upper(),
            self.path,
            "&".join(sorted(self.query.split("&"))),
            self.channel,
            self.key_id,
            self.at,
            self.nonce,
            self.idempotency_key,
            digest(scheme, self.body),
        )
        return "\n".join(lines).encode()


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply as it is signed; `nonce` is the call's."""

    status: int
    nonce: str
    at: str
    body: bytes

    def content(self, scheme: str) -> bytes:
        """What is signed."""
        return "\n".join((str(self.status), self.nonce, self.at, scheme, digest(scheme, self.body))).encode()


def digest(scheme: str, body: bytes) -> str:
    """The body's digest in hex: SM3, for RSA SHA-256."""
    return hashlib.sha256(body).hexdigest() if scheme == "RSA" else sm3(body).hex()


def sign(scheme: str, key: str, content: bytes) -> str:
    """A signature in Base64. `key`: SM2 or RSA private key as PEM (PKCS #8), or the shared secret. Raises BadSigningKey."""
    return base64.b64encode(_sign(scheme, key, content)).decode()


def _sign(scheme: str, key: str, content: bytes) -> bytes:
    if scheme == "HMAC-SM3":
        return _hmac(key, content)
    if scheme == "SM2":
        return sm2.to_der(sm2.sign(sm2_private(key), content))
    return _rsa_private(key).sign(content, PKCS1v15(), hashes.SHA256())


def verify(scheme: str, key: str, content: bytes, signature: str) -> bool:
    """Whether a signature is that of the key's holder. `key`: SM2 or RSA public key as PEM, or the shared secret.

    Raises BadSigningKey.
    """
    try:
        raw = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        return False
    if scheme == "HMAC-SM3":
        return hmac.compare_digest(_hmac(key, content), raw)
    if scheme == "SM2":
        pair = sm2.from_der(raw)
        return pair is not None and sm2.verify(sm2_public(key), content, pair)
    try:
        rsa_public(key).verify(raw, content, PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def check_material(scheme: str, key: str) -> None:
    """Refuse a public key or shared secret that cannot be used. Raises BadSigningKey."""
    if scheme == "HMAC-SM3":
        if len(key) < SECRET_LENGTH:
            raise BadSigningKey(f"共享密钥不少于 {SECRET_LENGTH} 个字符")
    elif scheme == "SM2":
        sm2_public(key)
    else:
        rsa_public(key)


@lru_cache(maxsize=1024)
def sm2_public(pem: str) -> sm2.PublicKey:
    """An SM2 public key from PEM. Raises BadSigningKey."""
    return sm2.PublicKey.from_der(_der(pem))


@lru_cache(maxsize=64)
def sm2_private(pem: str) -> sm2.PrivateKey:
    """An SM2 private key from PEM (PKCS #8). Raises BadSigningKey."""
    return sm2.PrivateKey.from_der(_der(pem))


@lru_cache(maxsize=1024)
def rsa_public(pem: str) -> RSAPublicKey:
    """An RSA public key from PEM. Raises BadSigningKey."""
    try:
        key = load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise BadSigningKey("不是 PEM 格式的公钥") from error
    if not isinstance(key, RSAPublicKey) or key.key_size < RSA_BITS:
        raise BadSigningKey(f"RSA 公钥不短于 {RSA_BITS} 位")
    return key


@lru_cache(maxsize=64)
def _rsa_private(pem: str) -> RSAPrivateKey:
    try:
        key = load_pem_private_key(pem.encode(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise BadSigningKey("不是 PEM 格式、没有口令的私钥") from error
    if not isinstance(key, RSAPrivateKey):
        raise BadSigningKey("不是 RSA 私钥")
    return key


def _der(pem: str) -> bytes:
    lines = [line.strip() for line in pem.strip().splitlines() if line and not line.startswith("-----")]
    try:
        return base64.b64decode("".join(lines), validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadSigningKey("不是 PEM 格式的密钥") from error


def pem(kind: str, der: bytes) -> str:
    """DER as PEM; `kind` PUBLIC KEY or PRIVATE KEY."""
    text = base64.b64encode(der).decode()
    lines = [text[start : start + 64] for start in range(0, len(text), 64)]
    return "\n".join([f"-----BEGIN {kind}-----", *lines, f"-----END {kind}-----", ""])


def _hmac(secret: str, content: bytes) -> bytes:
    made = HMAC(secret.encode(), hashes.SM3())
    made.update(content)
    return made.finalize()
