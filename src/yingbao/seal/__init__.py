"""Sealing at rest, keyed index, message codes and signatures (SM2, SM3, SM4) behind one interface."""

from yingbao.seal.errors import (
    BadSigningKey,
    KeysExposed,
    KeysMissing,
    KeysPresent,
    KeysUnusable,
    SealBroken,
    SealerMissing,
)
from yingbao.seal.keyring import Keyring, keys_path
from yingbao.seal.sealer import Sealer, open_sealer
from yingbao.seal.sm2 import PrivateKey, PublicKey, generate_pair, sign, verify
from yingbao.seal.software import SoftwareSealer, sm3

__all__ = [
    "BadSigningKey",
    "Keyring",
    "KeysExposed",
    "KeysMissing",
    "KeysPresent",
    "KeysUnusable",
    "PrivateKey",
    "PublicKey",
    "SealBroken",
    "Sealer",
    "SealerMissing",
    "SoftwareSealer",
    "generate_pair",
    "keys_path",
    "open_sealer",
    "sign",
    "sm3",
    "verify",
]
