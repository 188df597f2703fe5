"""Grandmother's ID number goes in, and comes out only with the right key, as the right field, and unaltered."""

from collections.abc import Callable

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yingbao.seal import Keyring, SealBroken, SoftwareSealer
from yingbao.seal.software import OVERHEAD

FIELD = "resident.id_number"
GRANDMOTHER = "999900195007010025"
MANY = [None if n % 7 == 0 else f"{n:06d}{'村' * (n % 5)}{'9' * (n % 90)}" for n in range(500)]

texts = st.text(max_size=100)


def broken(open_it: Callable[[], object]) -> SealBroken:
    with pytest.raises(SealBroken) as caught:
        open_it()
    return caught.value


@given(text=texts)
def test_what_was_sealed_comes_out_again(sealer: SoftwareSealer, text: str) -> None:
    blob = sealer.seal(text, FIELD)
    assert sealer.unseal(blob, FIELD) == text
    assert sealer.unseal(memoryview(blob), FIELD) == text
    assert len(blob) == OVERHEAD + len(text.encode())


@settings(max_examples=25)
@given(given_texts=st.lists(st.none() | st.text(max_size=70), min_size=65, max_size=90))
def test_many_come_out_again_in_their_order(sealer: SoftwareSealer, given_texts: list[str | None]) -> None:
    blobs = sealer.seal_many(given_texts, FIELD)
    assert sealer.unseal_many(blobs, FIELD) == given_texts
    assert [None if blob is None else sealer.unseal(blob, FIELD) for blob in blobs] == given_texts


@pytest.mark.parametrize("count", [0, 1, 64, 65, 500])
def test_few_and_many_are_sealed_alike(sealer: SoftwareSealer, count: int) -> None:
    some = MANY[:count]
    one_by_one = [None if text is None else sealer.seal(text, FIELD) for text in some]
    assert sealer.unseal_many(one_by_one, FIELD) == some
    assert sealer.unseal_many(sealer.seal_many(some, FIELD), FIELD) == some
    assert sealer.index_many(some, FIELD) == [
        None if text is None else sealer.index(text, FIELD) for text in some
    ]


def test_columns_with_gaps_slices_and_chunks_come_out_again(sealer: SoftwareSealer) -> None:
    whole = pa.array(MANY, pa.string())
    numbers = pa.array([f"9999001950{n:08d}" for n in range(20_000)])
    for column in (
        whole,
        whole[3:400],
        numbers,
        numbers[5:9_000],
        whole[:0],
        pa.nulls(3, pa.string()),
        pa.array([""] * 70),
    ):
        sealed = sealer.seal_column(column, FIELD)
        assert sealed.type == pa.binary()
        assert sealer.unseal_column(sealed, FIELD).equals(column)
        assert sealer.unseal_column(sealed[1:], FIELD).equals(column[1:])
        assert sealer.index_column(column, FIELD).to_pylist() == sealer.index_many(column.to_pylist(), FIELD)
    chunks = pa.chunked_array([whole, numbers, whole[2:9]])
    assert sealer.unseal_column(sealer.seal_column(chunks, FIELD), FIELD).equals(chunks)
    nothing = pa.chunked_array([], pa.string())
    assert sealer.unseal_column(sealer.seal_column(nothing, FIELD), FIELD).to_pylist() == []


def test_the_same_number_sealed_twice_looks_different_and_is_found_under_one_index(
    sealer: SoftwareSealer,
) -> None:
    assert len(set(sealer.seal_many([GRANDMOTHER] * 300, FIELD))) == 300
    assert sealer.seal(GRANDMOTHER, FIELD) != sealer.seal(GRANDMOTHER, FIELD)
    index = sealer.index(GRANDMOTHER, FIELD)
    assert index == sealer.index(GRANDMOTHER, FIELD)
    assert len(index) == 16
    assert index != sealer.index(GRANDMOTHER, "resident.phone")
    assert index != SoftwareSealer(Keyring.generate()).index(GRANDMOTHER, FIELD)


def test_another_field_does_not_open_it(sealer: SoftwareSealer) -> None:
    blob = sealer.seal(GRANDMOTHER, FIELD)
    refusal = broken(lambda: sealer.unseal(blob, "resident.phone"))
    assert refusal.code == "seal-broken"
    assert dict(refusal.facts) == {"field": "resident.phone"}
    broken(lambda: sealer.unseal_many([blob] * 100, "resident.phone"))


def test_another_key_of_the_same_generation_does_not_open_it(sealer: SoftwareSealer) -> None:
    other = SoftwareSealer(Keyring.generate())
    blobs = sealer.seal_many([GRANDMOTHER] * 100, FIELD)
    broken(lambda: other.unseal(sealer.seal(GRANDMOTHER, FIELD), FIELD))
    broken(lambda: other.unseal_many(blobs, FIELD))


@given(place=st.integers(0, (OVERHEAD + 18) * 8 - 1))
def test_a_single_flipped_bit_anywhere_is_noticed(sealer: SoftwareSealer, place: int) -> None:
    blob = bytearray(sealer.seal(GRANDMOTHER, FIELD))
    blob[place // 8] ^= 1 << place % 8
    refusal = broken(lambda: sealer.unseal(bytes(blob), FIELD))
    among = [*sealer.seal_many([GRANDMOTHER] * 99, FIELD), bytes(blob)]
    broken(lambda: sealer.unseal_many(among, FIELD))
    assert GRANDMOTHER not in f"{refusal.sentence}{dict(refusal.facts)}{refusal.__cause__}"


@given(blob=st.binary(max_size=60))
def test_bytes_that_were_never_sealed_are_refused(sealer: SoftwareSealer, blob: bytes) -> None:
    broken(lambda: sealer.unseal(blob, FIELD))
    broken(lambda: sealer.unseal_many([blob] * 70, FIELD))


@pytest.mark.parametrize("length", [18, 65, 200])
def test_values_cut_short_are_refused(sealer: SoftwareSealer, length: int) -> None:
    blob = sealer.seal("9" * length, FIELD)
    broken(lambda: sealer.unseal(blob[:-1], FIELD))
    broken(lambda: sealer.unseal_many([blob[:-1]] * 70, FIELD))


def test_after_rotation_new_values_take_the_new_key_and_old_ones_stay_readable(keyring: Keyring) -> None:
    before = SoftwareSealer(keyring)
    after = SoftwareSealer(keyring.with_next_generation())
    old, new = before.seal_many(MANY, FIELD), after.seal_many(MANY, FIELD)
    assert {blob[0] for blob in old if blob} == {1}
    assert {blob[0] for blob in new if blob} == {2}
    assert after.seal(GRANDMOTHER, FIELD)[0] == 2
    mixed = [blob for pair in zip(old, new, strict=True) for blob in pair]
    assert after.unseal_many(mixed, FIELD) == [text for text in MANY for _ in range(2)]
    assert after.unseal(before.seal(GRANDMOTHER, FIELD), FIELD) == GRANDMOTHER
    assert after.index(GRANDMOTHER, FIELD) == before.index(GRANDMOTHER, FIELD)
    assert after.mac(b"42 fen") == before.mac(b"42 fen")
    broken(lambda: before.unseal(after.seal(GRANDMOTHER, FIELD), FIELD))
    broken(lambda: before.unseal_many(new, FIELD))


def test_a_message_code_changes_with_the_content_and_the_key(sealer: SoftwareSealer) -> None:
    assert sealer.mac(b"42 fen") != sealer.mac(b"43 fen")
    assert sealer.mac(b"42 fen") != SoftwareSealer(Keyring.generate()).mac(b"42 fen")
