"""The national platform's envelope around a call: `appId`, `data`, `encType`, `signType`, `timestamp`, `version`, `signData`.

`data` is the JSON of the call under SM4 in CBC mode: an initial vector of 16 bytes, then the ciphertext (PKCS #7), all in
Base64. Its key are the first 16 bytes of HMAC-SM3 of `yingbao envelope` under the secret channel and platform share.
`signData` signs the other fields that are not empty, sorted by name, as `name=value` joined by `&`: SM2 with SM3, DER in
Base64. Verify before opening: the ciphertext alone proves nothing.
"""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Mapping
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.padding import PKCS7

from yingbao.seal.errors import SealBroken

VERSION: Final = "1.0.0"
ENC_TYPE, SIGN_TYPE = "SM4", "SM2"
SIGNATURE: Final = "signData"
_LABEL: Final = b"yingbao envelope"
_BLOCK: Final = 16


def key_of(secret: str) -> bytes:
    """The SM4 key made of a shared secret."""
    made = HMAC(secret.encode(), hashes.SM3())
    made.update(_LABEL)
    return made.finalize()[:_BLOCK]


def lock(key: bytes, text: bytes, iv: bytes | None = None) -> str:
    """`data`: the text under a fresh initial vector."""
    iv = iv or os.urandom(_BLOCK)
    padder = PKCS7(8 * _BLOCK).padder()
    made = Cipher(SM4(key), CBC(iv)).encryptor()
    sealed = made.update(padder.update(text) + padder.finalize()) + made.finalize()
    return base64.b64encode(iv + sealed).decode()


def unlock(key: bytes, data: str) -> bytes:
    """The text of `data`. Raises SealBroken for anything this key did not lock."""
    try:
        raw = base64.b64decode(data, validate=True)
        opened = Cipher(SM4(key), CBC(raw[:_BLOCK])).decryptor()
        padded = opened.update(raw[_BLOCK:]) + opened.finalize()
        unpadder = PKCS7(8 * _BLOCK).unpadder()
        return unpadder.update(padded) + unpadder.finalize()
    except (binascii.Error, ValueError) as error:
        raise SealBroken("data") from error


def content(fields: Mapping[str, str]) -> bytes:
    """What `signData` signs.

    >>> content({"version": "1.0.0", "appId": "rcb", "data": "AA==", "signData": "x", "note": ""})
    b'appId=rcb&data=AA==&version=1.0.0'
    """
    named = sorted((name, value) for name, value in fields.items() if value and name != SIGNATURE)
    return "&".join(f"{name}={value}" for name, value in named).encode()
