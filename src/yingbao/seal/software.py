"""The software implementation of `Sealer`: SM4-GCM and HMAC-SM3 by OpenSSL, SM2 by GmSSL.

A sealed value is the key's generation (1 byte), a random nonce (12), the ciphertext, and a tag (16); the field is bound
to it as associated data. One generation must not seal more than 2³² values, since nonces are drawn at random.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import GCM
from cryptography.hazmat.primitives.hashes import SM3, Hash
from cryptography.hazmat.primitives.hmac import HMAC

from yingbao.seal import sm2
from yingbao.seal.columns import by_length
from yingbao.seal.errors import SealBroken
from yingbao.seal.gcm import LONGEST, NONCE_BYTES, TAG_BYTES, Bytes, ManyGcm
from yingbao.seal.keyring import Keyring

INDEX_BYTES: Final = 16
OVERHEAD: Final = 1 + NONCE_BYTES + TAG_BYTES
"""Bytes a sealed value is longer than its text."""
_FEW: Final = 64
"""Up to so many values the tables cost more than they save."""


class SoftwareSealer:
    """Seals with the keys of one keyring, in this process's memory."""

    def __init__(self, keyring: Keyring) -> None:
        self._newest = keyring.newest
        self._sealing = dict(keyring.sealing)
        self._sm4 = {number: SM4(key) for number, key in keyring.sealing.items()}
        self._index_key = keyring.index
        self._index_bases: dict[str, HMAC] = {}
        self._mac_base = HMAC(keyring.mac, SM3())
        self._many: dict[tuple[int, str], ManyGcm] = {}

    def seal(self, text: str, field: str) -> bytes:
        """Generation, nonce, ciphertext, tag."""
        return self._seal(text.encode(), field)

    def unseal(self, blob: bytes | memoryview, field: str) -> str:
        """The text again. Raises: SealBroken."""
        return self._unseal(bytes(blob), field).decode()

    def index(self, text: str, field: str) -> bytes:
        """The first sixteen bytes of HMAC-SM3 over field, zero byte and text."""
        return self._index_of(field)(text.encode())

    def seal_many(self, texts: Sequence[str | None], field: str) -> list[bytes | None]:
        """Each value sealed; None stays None."""
        if len(texts) <= _FEW:
            return [None if text is None else self.seal(text, field) for text in texts]
        sealed: list[bytes | None] = self.seal_column(pa.array(texts, pa.string()), field).to_pylist()
        return sealed

    def unseal_many(self, blobs: Sequence[bytes | None], field: str) -> list[str | None]:
        """Each text again. Raises: SealBroken if one of them is."""
        if len(blobs) <= _FEW:
            return [None if blob is None else self.unseal(blob, field) for blob in blobs]
        texts: list[str | None] = self.unseal_column(pa.array(blobs, pa.binary()), field).to_pylist()
        return texts

    def index_many(self, texts: Sequence[str | None], field: str) -> list[bytes | None]:
        """Each lookup value; None stays None."""
        of = self._index_of(field)
        return [None if text is None else of(text.encode()) for text in texts]

    def seal_column(self, texts: Any, field: str) -> Any:
        """A pyarrow column of strings to one of binary values."""
        return _chunked(
            texts,
            lambda chunk: by_length(chunk.cast(pa.binary()), lambda rows: self._seal_rows(rows, field)),
        )

    def unseal_column(self, blobs: Any, field: str) -> Any:
        """A pyarrow column of binary values to one of strings. Raises: SealBroken if one of them is."""
        return _chunked(
            blobs,
            lambda chunk: by_length(
                chunk.cast(pa.binary()), lambda rows: self._unseal_rows(rows, field)
            ).cast(pa.string()),
        )

    def index_column(self, texts: Any, field: str) -> Any:
        """A pyarrow column of strings to one of binary values of sixteen bytes."""
        return _chunked(
            texts,
            lambda chunk: pa.array(self.index_many(chunk.to_pylist(), field), pa.binary(INDEX_BYTES)),
        )

    def mac(self, content: bytes) -> bytes:
        """HMAC-SM3, 32 bytes."""
        code = self._mac_base.copy()
        code.update(content)
        return code.finalize()

    def sm3(self, content: bytes) -> bytes:
        """Digest of 32 bytes."""
        return sm3(content)

    def sign(self, private: sm2.PrivateKey, content: bytes) -> bytes:
        """SM2 signature over SM3 as r and s, 64 bytes. Raises: BadSigningKey."""
        return sm2.sign(private, content)

    def verify(self, public: sm2.PublicKey, content: bytes, signature: bytes) -> bool:
        """Tell whether the signature, raw or DER, is of this content. Raises: BadSigningKey."""
        return sm2.verify(public, content, signature)

    def _seal(self, text: bytes, field: str) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        cipher = Cipher(self._sm4[self._newest], GCM(nonce)).encryptor()
        cipher.authenticate_additional_data(field.encode())
        return bytes([self._newest]) + nonce + cipher.update(text) + cipher.finalize() + cipher.tag

    def _unseal(self, blob: bytes, field: str) -> bytes:
        key = self._sm4.get(blob[0]) if len(blob) >= OVERHEAD else None
        if key is None:
            raise SealBroken(field)
        nonce, sealed, tag = blob[1 : 1 + NONCE_BYTES], blob[1 + NONCE_BYTES : -TAG_BYTES], blob[-TAG_BYTES:]
        cipher = Cipher(key, GCM(nonce, tag)).decryptor()
        cipher.authenticate_additional_data(field.encode())
        try:
            return cipher.update(sealed) + cipher.finalize()
        except InvalidTag:
            raise SealBroken(field) from None

    def _seal_rows(self, texts: Bytes, field: str) -> Bytes:
        count, length = texts.shape
        if length > LONGEST:
            return _stacked([self._seal(text.tobytes(), field) for text in texts])
        nonces = np.frombuffer(os.urandom(NONCE_BYTES * count), np.uint8).reshape(count, NONCE_BYTES)
        sealed, tags = self._gcm(self._newest, field).seal(nonces, texts)
        blobs = np.empty((count, length + OVERHEAD), np.uint8)
        blobs[:, 0] = self._newest
        blobs[:, 1 : 1 + NONCE_BYTES] = nonces
        blobs[:, 1 + NONCE_BYTES : -TAG_BYTES] = sealed
        blobs[:, -TAG_BYTES:] = tags
        return blobs

    def _unseal_rows(self, blobs: Bytes, field: str) -> Bytes:
        length = blobs.shape[1] - OVERHEAD
        if length < 0 or not set(np.unique(blobs[:, 0]).tolist()) <= self._sealing.keys():
            raise SealBroken(field)
        if length > LONGEST:
            return _stacked([self._unseal(blob.tobytes(), field) for blob in blobs])
        texts = np.empty((len(blobs), length), np.uint8)
        for generation in np.unique(blobs[:, 0]).tolist():
            rows = blobs[:, 0] == generation
            of_one = blobs[rows]
            found = self._gcm(generation, field).unseal(
                of_one[:, 1 : 1 + NONCE_BYTES],
                of_one[:, 1 + NONCE_BYTES : -TAG_BYTES],
                of_one[:, -TAG_BYTES:],
            )
            if found is None:
                raise SealBroken(field)
            texts[rows] = found
        return texts

    def _gcm(self, generation: int, field: str) -> ManyGcm:
        at = (generation, field)
        if at not in self._many:
            self._many[at] = ManyGcm(self._sealing[generation], field.encode())
        return self._many[at]

    def _index_of(self, field: str) -> Callable[[bytes], bytes]:
        base = self._index_bases.get(field)
        if base is None:
            base = HMAC(self._index_key, SM3())
            base.update(field.encode() + b"\0")
            self._index_bases[field] = base

        def of(text: bytes) -> bytes:
            code = base.copy()
            code.update(text)
            return code.finalize()[:INDEX_BYTES]

        return of


def sm3(content: bytes) -> bytes:
    """Digest of 32 bytes, which needs no key. Source: GB/T 32905."""
    digest = Hash(SM3())
    digest.update(content)
    return digest.finalize()


def _stacked(values: list[bytes]) -> Bytes:
    return np.frombuffer(b"".join(values), np.uint8).reshape(len(values), -1)


def _chunked(column: Any, work: Callable[[Any], Any]) -> Any:
    if isinstance(column, pa.ChunkedArray):
        return pa.chunked_array([work(chunk) for chunk in column.chunks or [pa.array([], column.type)]])
    return work(column)
