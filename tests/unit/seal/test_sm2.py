"""Signatures: made here and checked there, made there and checked here."""

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yingbao.seal import BadSigningKey, PrivateKey, PublicKey, generate_pair, sign, verify
from yingbao.seal.sm2 import IDENTITY, from_der, to_der

OPENSSL = shutil.which("openssl")

# GB/T 32918.5 annex A: key, text and signature with the default identity.
PRINTED_SECRET = bytes.fromhex("3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8")
PRINTED_PUBLIC = PublicKey(
    bytes.fromhex(
        "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
        "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
    )
)
PRINTED_SIGNATURE = bytes.fromhex(
    "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3"
    "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa"
)
STATEMENT = "对账单 2025-12-31".encode()


@pytest.fixture(scope="module")
def private() -> PrivateKey:
    """A key made for this run."""
    return generate_pair()


def test_the_signature_printed_in_gb_t_32918_is_accepted() -> None:
    assert verify(PRINTED_PUBLIC, b"message digest", PRINTED_SIGNATURE)
    assert verify(PRINTED_PUBLIC, b"message digest", to_der(PRINTED_SIGNATURE))
    assert not verify(PRINTED_PUBLIC, b"message digesT", PRINTED_SIGNATURE)


def test_the_printed_key_signs_for_its_printed_public_key() -> None:
    made = sign(PrivateKey(PRINTED_SECRET, PRINTED_PUBLIC), STATEMENT)
    assert verify(PRINTED_PUBLIC, STATEMENT, made)


def test_a_signature_is_of_one_content_and_one_key(private: PrivateKey) -> None:
    made = sign(private, STATEMENT)
    assert len(made) == 64
    assert verify(private.public, STATEMENT, made)
    assert verify(private.public, STATEMENT, to_der(made))
    assert not verify(private.public, STATEMENT + b" ", made)
    assert not verify(PRINTED_PUBLIC, STATEMENT, made)


@given(place=st.integers(0, 511))
def test_a_flipped_bit_in_a_signature_is_noticed(private: PrivateKey, place: int) -> None:
    made = bytearray(sign(private, STATEMENT))
    made[place // 8] ^= 1 << place % 8
    assert not verify(private.public, STATEMENT, bytes(made))


@given(st.binary(max_size=80))
def test_bytes_that_are_no_signature_are_not_accepted(content: bytes) -> None:
    assert not verify(PRINTED_PUBLIC, b"message digest", content)


@given(st.binary(min_size=64, max_size=64))
def test_raw_and_der_turn_into_each_other(raw: bytes) -> None:
    assert from_der(to_der(raw)) == raw
    assert from_der(to_der(raw) + b"\0") is None
    assert from_der(to_der(raw)[:-1]) is None


def test_a_secret_that_belongs_to_another_public_key_signs_nothing(private: PrivateKey) -> None:
    with pytest.raises(BadSigningKey, match="不配对"):
        sign(PrivateKey(private.secret, PRINTED_PUBLIC), STATEMENT)


def test_a_point_off_the_curve_is_no_public_key() -> None:
    with pytest.raises(BadSigningKey, match="曲线"):
        verify(PublicKey(bytes(63) + b"\1"), STATEMENT, PRINTED_SIGNATURE)


def test_bytes_that_are_no_key_are_refused(private: PrivateKey) -> None:
    for make in (
        lambda: PublicKey(b"short"),
        lambda: PrivateKey(b"short", private.public),
        lambda: PublicKey.from_der(b"0Y"),
        lambda: PrivateKey.from_der(private.to_der()[:40]),
        lambda: PublicKey.from_der(private.public.to_der()[:-1]),
    ):
        with pytest.raises(BadSigningKey, match="签名密钥"):
            make()


def test_a_secret_is_not_printed(private: PrivateKey) -> None:
    assert private.secret.hex() not in repr(private)
    assert "secret" not in repr(private)


def test_keys_come_back_from_their_files(private: PrivateKey) -> None:
    assert PrivateKey.from_der(private.to_der()) == private
    assert PublicKey.from_der(private.public.to_der()) == private.public


def openssl(*words: str | Path) -> bytes:
    assert OPENSSL is not None
    return subprocess.run([OPENSSL, *map(str, words)], check=True, capture_output=True).stdout


needs_openssl = pytest.mark.skipif(OPENSSL is None, reason="no openssl command on this machine")


@needs_openssl
def test_openssl_accepts_what_is_signed_here(private: PrivateKey, tmp_path: Path) -> None:
    (tmp_path / "public.der").write_bytes(private.public.to_der())
    (tmp_path / "statement").write_bytes(STATEMENT)
    (tmp_path / "signature").write_bytes(to_der(sign(private, STATEMENT)))
    said = openssl(
        *("pkeyutl", "-verify", "-rawin", "-digest", "sm3", "-pkeyopt", f"distid:{IDENTITY.decode()}"),
        *("-pubin", "-keyform", "DER", "-inkey", tmp_path / "public.der"),
        *("-in", tmp_path / "statement", "-sigfile", tmp_path / "signature"),
    )
    assert b"Verified Successfully" in said


@needs_openssl
def test_what_openssl_signs_is_accepted_here(tmp_path: Path) -> None:
    key, der, statement = tmp_path / "key.pem", tmp_path / "key.der", tmp_path / "statement"
    openssl("genpkey", "-algorithm", "SM2", "-out", key)
    openssl("pkcs8", "-topk8", "-nocrypt", "-in", key, "-outform", "DER", "-out", der)
    statement.write_bytes(STATEMENT)
    made = openssl(
        *("pkeyutl", "-sign", "-rawin", "-digest", "sm3", "-pkeyopt", f"distid:{IDENTITY.decode()}"),
        *("-inkey", key, "-in", statement),
    )
    private = PrivateKey.from_der(der.read_bytes())
    assert verify(private.public, STATEMENT, made)
    raw = from_der(made)
    assert raw is not None
    assert verify(private.public, STATEMENT, raw)
    assert verify(private.public, STATEMENT, sign(private, STATEMENT))
