"""Calls are signed as OpenSSL signs them: what it signs we take, what we sign it takes, under each scheme."""

from __future__ import annotations

import base64
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yingbao.seal import BadSigningKey, KeysExposed, envelope, signing
from yingbao.seal.errors import SealBroken
from yingbao.seal.platform import PlatformKeys
from yingbao.seal.signing import Call, Reply

SECRET = "a secret of thirty-two characters"
IDENTITY = ["-pkeyopt", "distid:1234567812345678"]
CALL = Call(
    "post", "/gateway/v1/orders", "b=2&a=1", "rcb", "k1", "2023-10-08T10:00:00+08:00", "n1", "o1", b'{"a": 1}'
)
GENERATE = {
    "SM2": ["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:SM2", "-pkeyopt", "ec_param_enc:named_curve"],
    "RSA": ["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
}  # fmt: skip
SIGN = {
    "SM2": ["pkeyutl", "-rawin", "-digest", "sm3", *IDENTITY],
    "RSA": ["pkeyutl", "-rawin", "-digest", "sha256"],
}


def openssl(*words: str, given: bytes = b"") -> bytes:
    ran = subprocess.run(["openssl", *words], input=given, capture_output=True, check=False)
    return ran.stdout if ran.returncode == 0 else b"failed: " + ran.stdout + ran.stderr


@pytest.fixture(scope="module", params=["SM2", "RSA"])
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path, Path]:
    """Scheme, private and public key as OpenSSL writes them."""
    folder = tmp_path_factory.mktemp("keys")
    private, public = folder / "private.pem", folder / "public.pem"
    private.write_bytes(openssl(*GENERATE[request.param]))
    public.write_bytes(openssl("pkey", "-in", str(private), "-pubout"))
    return request.param, private, public


def test_what_is_signed_is_nine_lines_with_the_query_sorted() -> None:
    lines = CALL.content("SM2").decode().split("\n")
    assert lines[:8] == [
        "POST", "/gateway/v1/orders", "a=1&b=2", "rcb", "k1", "2023-10-08T10:00:00+08:00", "n1", "o1",
    ]  # fmt: skip
    assert lines[8] == openssl("dgst", "-sm3", "-r", given=CALL.body).decode().split()[0]
    assert (
        CALL.content("RSA").decode().rsplit("\n", 1)[1]
        == (openssl("dgst", "-sha256", "-r", given=CALL.body).decode().split()[0])
    )


def test_we_take_what_openssl_signed(pair: tuple[str, Path, Path], tmp_path: Path) -> None:
    scheme, private, public = pair
    content = tmp_path / "content"
    content.write_bytes(CALL.content(scheme))
    made = openssl(*SIGN[scheme], "-sign", "-inkey", str(private), "-in", str(content))
    signature = base64.b64encode(made).decode()
    assert signing.verify(scheme, public.read_text(), CALL.content(scheme), signature)
    assert not signing.verify(scheme, public.read_text(), CALL.content(scheme) + b"x", signature)


def test_openssl_takes_what_we_signed(pair: tuple[str, Path, Path], tmp_path: Path) -> None:
    scheme, private, public = pair
    content, signature = tmp_path / "content", tmp_path / "signature"
    content.write_bytes(CALL.content(scheme))
    signature.write_bytes(base64.b64decode(signing.sign(scheme, private.read_text(), CALL.content(scheme))))
    verify = [*SIGN[scheme], "-verify", "-pubin", "-inkey", str(public), "-sigfile", str(signature)]
    assert b"Success" in openssl(*verify, "-in", str(content))
    content.write_bytes(CALL.content(scheme) + b"x")
    assert b"Success" not in openssl(*verify, "-in", str(content))


def test_a_shared_secret_gives_the_code_openssl_gives() -> None:
    made = openssl(
        "dgst", "-sm3", "-mac", "HMAC", "-macopt", f"key:{SECRET}", "-binary", given=CALL.content("HMAC-SM3")
    )
    assert signing.sign("HMAC-SM3", SECRET, CALL.content("HMAC-SM3")) == base64.b64encode(made).decode()
    assert signing.verify("HMAC-SM3", SECRET, CALL.content("HMAC-SM3"), base64.b64encode(made).decode())


PARTS = {
    "method": "PUT", "path": "/gateway/v1/refunds", "query": "a=1&b=3", "channel": "icbc", "key_id": "k2",
    "at": "2023-10-08T10:00:01+08:00", "nonce": "n2", "idempotency_key": "o2", "body": b'{"a": 2}',
}  # fmt: skip


@pytest.mark.parametrize("part", PARTS)
def test_a_signature_holds_for_nothing_but_the_call_it_was_made_for(part: str) -> None:
    signature = signing.sign("HMAC-SM3", SECRET, CALL.content("HMAC-SM3"))
    other = replace(CALL, **{part: PARTS[part]})
    assert not signing.verify("HMAC-SM3", SECRET, other.content("HMAC-SM3"), signature)


def test_a_reply_is_bound_to_its_call() -> None:
    reply = Reply(200, "n1", "2023-10-08T10:00:00+08:00", b"{}")
    assert reply.content("HMAC-SM3") != replace(reply, nonce="n2").content("HMAC-SM3")
    assert reply.content("HMAC-SM3").startswith(b"200\nn1\n2023-10-08T10:00:00+08:00\nHMAC-SM3\n")


@given(st.text())
def test_no_signature_is_an_accident(text: str) -> None:
    assert not signing.verify("HMAC-SM3", SECRET, b"content", text)


@pytest.mark.parametrize("scheme", ["SM2", "RSA"])
def test_a_key_of_another_kind_is_refused_in_words(scheme: str) -> None:
    other = PlatformKeys.generate().public["RSA" if scheme == "SM2" else "SM2"]
    for wrong in (other, "no key", ""):
        with pytest.raises(BadSigningKey):
            signing.check_material(scheme, wrong)


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(BadSigningKey):
        signing.check_material("HMAC-SM3", "x" * 31)
    signing.check_material("HMAC-SM3", "x" * 32)


def test_the_platform_keeps_its_keys_to_itself(tmp_path: Path) -> None:
    path = tmp_path / "gateway-keys.json"
    made = PlatformKeys.ensure(path)
    assert PlatformKeys.ensure(path) == made
    assert (path.stat().st_mode & 0o777, [one.name for one in tmp_path.iterdir()]) == (0o600, [path.name])
    for scheme in ("SM2", "RSA"):
        signature = signing.sign(scheme, made.private[scheme], b"content")
        assert signing.verify(scheme, made.public[scheme], b"content", signature)
    path.chmod(0o644)
    with pytest.raises(KeysExposed):
        PlatformKeys.ensure(path)


# The platform's envelope ----------------------------------------------------------------------------------------


def test_openssl_opens_the_envelope(tmp_path: Path) -> None:
    key = envelope.key_of(SECRET)
    mac = openssl("dgst", "-sm3", "-mac", "HMAC", "-macopt", f"key:{SECRET}", "-r", given=b"yingbao envelope")
    assert key.hex() == mac.decode().split()[0][:32]
    raw = base64.b64decode(envelope.lock(key, '{"姓名": "安国强"}'.encode()))
    opened = openssl("enc", "-d", "-sm4-cbc", "-K", key.hex(), "-iv", raw[:16].hex(), given=raw[16:])
    assert opened.decode() == '{"姓名": "安国强"}'


def test_we_open_what_openssl_locked() -> None:
    key, iv = envelope.key_of(SECRET), bytes(range(16))
    made = openssl("enc", "-sm4-cbc", "-K", key.hex(), "-iv", iv.hex(), given=b'{"a": 1}')
    assert envelope.unlock(key, base64.b64encode(iv + made).decode()) == b'{"a": 1}'


@pytest.mark.parametrize("data", ["", "AA==", "no base64", base64.b64encode(bytes(40)).decode()])
def test_what_is_not_locked_with_the_key_stays_shut(data: str) -> None:
    with pytest.raises(SealBroken):
        envelope.unlock(envelope.key_of(SECRET), data)


@given(st.binary(max_size=100))
def test_an_envelope_gives_back_what_was_put_in(text: bytes) -> None:
    key = envelope.key_of(SECRET)
    assert envelope.unlock(key, envelope.lock(key, text)) == text
    assert envelope.lock(key, text) != envelope.lock(key, text)
