"""The libraries give what the standards print."""

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import ECB, GCM
from cryptography.hazmat.primitives.hashes import SM3
from cryptography.hazmat.primitives.hmac import HMAC
from gmssl_fast import sm3_hmac
from hypothesis import given, settings
from hypothesis import strategies as st

from yingbao.seal import Keyring, SoftwareSealer, sm3
from yingbao.seal.gcm import ManyGcm

# GB/T 32907 annex A: one key, which is also the text.
SM4_KEY = bytes.fromhex("0123456789abcdeffedcba9876543210")

# RFC 8998 appendix A.1, with the same key.
GCM_NONCE = bytes.fromhex("00001234567800000000abcd")
GCM_ASSOCIATED = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
GCM_TEXT = bytes.fromhex("".join(pair * 8 for pair in ("aa", "bb", "cc", "dd", "ee", "ff", "ee", "aa")))
GCM_SEALED = bytes.fromhex(
    "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735"
    "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d"
)
GCM_TAG = bytes.fromhex("83de3541e4c2b58177e065a9bf7b62ec")


def matrix(values: list[bytes]) -> np.ndarray:
    return np.frombuffer(b"".join(values), np.uint8).reshape(len(values), -1)


def test_sm3_digests_both_examples_of_gb_t_32905() -> None:
    assert sm3(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert sm3(b"abcd" * 16).hex() == "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"


def test_sm4_gives_both_examples_of_gb_t_32907() -> None:
    cipher = Cipher(SM4(SM4_KEY), ECB()).encryptor()
    block = cipher.update(SM4_KEY)
    assert block.hex() == "681edf34d206965e86b3e94f536e4246"
    for _ in range(999_999):
        block = cipher.update(block)
    assert block.hex() == "595298c7c6fd271f0402f804c33d3f66"


def test_sealing_many_gives_the_example_of_rfc_8998() -> None:
    gcm = ManyGcm(SM4_KEY, GCM_ASSOCIATED)
    sealed, tags = gcm.seal(matrix([GCM_NONCE]), matrix([GCM_TEXT]))
    assert (sealed.tobytes(), tags.tobytes()) == (GCM_SEALED, GCM_TAG)


@settings(max_examples=60)
@given(
    st.binary(min_size=16, max_size=16),
    st.binary(max_size=40),
    st.integers(0, 64).flatmap(
        lambda length: st.lists(st.binary(min_size=length, max_size=length), min_size=1, max_size=5)
    ),
    st.binary(min_size=12, max_size=12),
)
def test_sealing_many_gives_what_openssl_gives_for_each(
    key: bytes, associated: bytes, texts: list[bytes], first_nonce: bytes
) -> None:
    nonces = [bytes([number]) + first_nonce[1:] for number in range(len(texts))]
    gcm = ManyGcm(key, associated)
    sealed, tags = gcm.seal(matrix(nonces), matrix(texts))
    for number, text in enumerate(texts):
        one = Cipher(SM4(key), GCM(nonces[number])).encryptor()
        one.authenticate_additional_data(associated)
        assert (one.update(text) + one.finalize(), one.tag) == (
            sealed[number].tobytes(),
            tags[number].tobytes(),
        )
    opened = gcm.unseal(matrix(nonces), sealed, tags)
    assert opened is not None
    assert opened.tobytes() == b"".join(texts)


@given(st.binary(max_size=200))
def test_message_codes_of_two_libraries_agree(content: bytes) -> None:
    keyring = Keyring({1: bytes(16)}, bytes(range(32)), bytes(range(1, 33)))
    sealer = SoftwareSealer(keyring)
    assert sealer.mac(content) == sm3_hmac(keyring.mac, content)
    assert len(sealer.mac(content)) == 32
    assert sealer.sm3(content) == sm3(content)


def test_an_index_is_the_beginning_of_a_code_over_field_and_text() -> None:
    keyring = Keyring({1: bytes(16)}, bytes(range(32)), bytes(range(1, 33)))
    code = HMAC(keyring.index, SM3())
    code.update(b"resident.phone\x0012912345678")
    assert SoftwareSealer(keyring).index("12912345678", "resident.phone") == code.finalize()[:16]
