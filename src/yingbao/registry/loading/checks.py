"""Rows as forms. `certain` sees at once which rows pass as they stand; all others go through `drafts.check` one by one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from yingbao.registry.drafts import AGE_WITHOUT_DOCUMENT, Checked, Draft, check
from yingbao.registry.loading.faults import Fault
from yingbao.registry.states import RELATIONS, STAGES

#: What `check` may write otherwise than it was given.
READ: Final = (
    "name",
    "id_number",
    "sex",
    "birth_date",
    "phone",
    "residence",
    "permit_until",
    "student",
    "relation",
)
_HAN = r"[\x{3400}-\x{4DB5}\x{4E00}-\x{9FEF}]+"
_NAME: Final = rf"^{_HAN}(·{_HAN})*$"
_NUMBER: Final = r"^[0-9]{17}[0-9X]$"
_MOBILE: Final = r"^(1[3-9][0-9]{9}|129[0-9]{8})$"
_WEIGHTS: Final = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2], np.int32)
_CHECKS: Final = np.frombuffer(b"10X98765432", np.uint8)
_WITHOUT_PERMIT: Final = ("hukou", "enrolled_student", "resident_without_permit")
_EPOCH: Final = date(1970, 1, 1)
_1900: Final = (date(1900, 1, 1) - _EPOCH).days
Mask = NDArray[np.bool_]


def certain(table: Any, on: date) -> Mask:
    """The rows that `drafts.check` passes without a fault and without changing a value, as far as can be seen at once."""
    today = (on - _EPOCH).days
    births, born_known = _days(table["birth_date"])
    male, female = (_true(pc.equal(table["sex"], sex)) for sex in ("male", "female"))
    numbered = table["id_number"].is_valid().to_numpy()
    fits = _matches(table["id_number"], _NUMBER)
    fits[fits] = _number_fits(table["id_number"].filter(pa.array(fits)), births[fits], male[fits])
    young = births + AGE_WITHOUT_DOCUMENT * 365 > today  # the day after two birthdays lies no earlier
    permit = table["permit_until"].is_valid().to_numpy()
    until, _ = _days(table["permit_until"])
    basis = table["residence"]
    lives = (_true(pc.is_in(basis, pa.array(_WITHOUT_PERMIT))) & ~permit) | (
        _true(pc.equal(basis, "residence_permit")) & permit & (until >= today)
    )
    found: Mask = (
        _matches(table["name"], _NAME)
        & born_known & (births >= _1900) & (births <= today)
        & (male | female)
        & np.where(numbered, fits, young)
        & _absent_or(table["phone"], _matches(table["phone"], _MOBILE))
        & lives
        & _true(pc.is_in(table["relation"], pa.array(list(RELATIONS))))
        & _absent_or(table["student"], _true(pc.is_in(table["student"], pa.array(list(STAGES)))))
    )  # fmt: skip
    return found


def draft_of(row: Mapping[str, Any]) -> Draft:
    """A row as a clerk would have typed it; an empty cell is an empty field."""
    return Draft(
        name=row["name"] or "", relation=row["relation"] or "", document=row["id_number"] or "",
        sex=row["sex"] or "", birth_date=row["birth_date"] or "", phone=row["phone"] or "",
        basis=row["residence"] or "", permit_until=row["permit_until"] or "", stage=row["student"] or "",
    )  # fmt: skip


def read(row: Mapping[str, Any], on: date) -> tuple[dict[str, Any] | None, dict[str, str]]:
    """One row by the rules of the form: the values of `READ` as they are written, or a sentence by column."""
    person, faults = check(draft_of(row), on)
    if not row["relation"]:
        faults = {**faults, "relation": "没有选与户主关系，请选择"}
    if person is None or faults:
        return None, {_COLUMN.get(name, name): sentence for name, sentence in faults.items()}
    return _written(person), {}


_COLUMN: Final = {"document": "id_number", "basis": "residence", "stage": "student"}


def _written(person: Checked) -> dict[str, Any]:
    return {
        "name": person.name, "id_number": person.document or None, "sex": person.sex,
        "birth_date": person.birth_date, "phone": person.phone or None, "residence": person.basis,
        "permit_until": person.permit_until, "student": person.stage or None, "relation": person.relation,
    }  # fmt: skip


def checked(table: Any, first: int, on: date) -> tuple[Any, Mask, list[Fault]]:
    """The table with what was read in place of what was typed, which rows may pass, and what is wrong with the others."""
    passes = certain(table, on)
    doubtful = np.flatnonzero(~passes)
    faults: list[Fault] = []
    if len(doubtful) == 0:
        return table, passes, faults
    written: list[dict[str, Any]] = []
    for place, row in zip(doubtful, table.select(READ).take(pa.array(doubtful)).to_pylist(), strict=True):
        values, wrong = read(row, on)
        faults += [Fault(first + int(place), "form-invalid", column, said) for column, said in wrong.items()]
        if values is not None:
            passes[place] = True
            written.append(values)
    read_well = doubtful[passes[doubtful]]
    if len(read_well):
        mask = np.zeros(len(passes), np.bool_)
        mask[read_well] = True
        for name in READ:
            kind = table.schema.field(name).type
            new = pa.array([values[name] for values in written], kind)
            column = pc.replace_with_mask(table[name].combine_chunks(), pa.array(mask), new)
            table = table.set_column(table.schema.get_field_index(name), name, column)
    return table, passes, faults


def _number_fits(numbers: Any, births: NDArray[np.int64], male: Mask) -> Mask:
    """Check digit, birth date and sex of numbers of the right shape. Source: GB 11643."""
    if len(numbers) == 0:
        return np.zeros(0, np.bool_)
    digits = _joined(numbers).reshape(len(numbers), 18)
    values = (digits - 48).astype(np.int32)
    right: Mask = _CHECKS[values[:, :17] @ _WEIGHTS % 11] == digits[:, 17]
    year = values[:, 6:10] @ np.array([1000, 100, 10, 1], np.int32)
    month = values[:, 10:12] @ np.array([10, 1], np.int32)
    day = values[:, 12:14] @ np.array([10, 1], np.int32)
    # the day the birth column says, taken apart, must be the one in the number: then it is a day of the calendar
    said = births.astype("datetime64[D]")
    months = said.astype("datetime64[M]")
    same = (
        (said.astype("datetime64[Y]").astype(np.int64) + 1970 == year)
        & (months.astype(np.int64) % 12 + 1 == month)
        & ((said - months.astype("datetime64[D]")).astype(np.int64) + 1 == day)
    )
    found: Mask = right & same & ((values[:, 16] % 2 == 1) == male)
    return found


def _joined(texts: Any) -> NDArray[np.uint8]:
    """The bytes of strings without nulls, on end."""
    whole = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    _, offsets, content = whole.cast(pa.binary()).buffers()
    ends = np.frombuffer(offsets, np.int32)[whole.offset : whole.offset + len(whole) + 1]
    return np.frombuffer(content, np.uint8)[ends[0] : ends[-1]]


def _days(column: Any) -> tuple[NDArray[np.int64], Mask]:
    numbers = pc.fill_null(column.cast(pa.int32()), 0).to_numpy()
    return numbers.astype(np.int64), column.is_valid().to_numpy()


def _true(mask: Any) -> Mask:
    found: Mask = pc.fill_null(mask, False).to_numpy().astype(np.bool_)
    return found


def _matches(column: Any, pattern: str) -> Mask:
    return _true(pc.match_substring_regex(column, pattern))


def _absent_or(column: Any, fits: Mask) -> Mask:
    found: Mask = ~column.is_valid().to_numpy() | fits
    return found
