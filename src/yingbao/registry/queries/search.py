"""One box: an ID number, a telephone number, a household number, a name, or the initials of its pinyin."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from yingbao.journal import direct
from yingbao.journal.keys import sealer
from yingbao.kernel import id_number, phones
from yingbao.kernel.names import clean_name
from yingbao.kernel.refusal import Refusal
from yingbao.registry.fields import DOCUMENT, HOUSEHOLD_NUMBER, OTHER_DOCUMENT, PHONE

Key = Literal["document", "phone", "household", "name", "initials"]
_INITIALS = re.compile(r"[a-z]{2,8}", re.ASCII)
LIMIT = 50
_COLUMNS = "r.id, r.name, r.sex, r.birth_date, r.document_sealed, r.unit_id, u.name, r.state"
_FROM = "FROM registry_resident r JOIN registry_unit u ON u.code = r.unit_id"
#: By key: one indexed statement each. All tests but the policy's are leakproof, so that the indexes serve below it.
SQL: dict[Key, str] = {
    "document": f"SELECT {_COLUMNS} {_FROM} WHERE r.document_key = $2 AND r.merged_into_id IS NULL LIMIT $1",
    "phone": f"SELECT {_COLUMNS} {_FROM} WHERE r.phone_key = $2 AND r.merged_into_id IS NULL LIMIT $1",
    "name": f"SELECT {_COLUMNS} {_FROM} WHERE r.name = $2 AND r.merged_into_id IS NULL ORDER BY r.birth_date LIMIT $1",
    "initials": (
        f"SELECT {_COLUMNS} {_FROM} WHERE r.initials ~>=~ $2 AND r.initials ~<~ $3 AND r.merged_into_id IS NULL LIMIT $1"
    ),
    "household": (
        f"SELECT {_COLUMNS} FROM registry_household h JOIN registry_membership m ON m.household_id = h.id "
        "AND upper_inf(m.period) JOIN registry_resident r ON r.id = m.resident_id "
        "JOIN registry_unit u ON u.code = r.unit_id WHERE h.number = $2 AND r.merged_into_id IS NULL "
        "ORDER BY m.relation LIMIT $1"
    ),
}


@dataclass(frozen=True, slots=True)
class Hit:
    """One person found; `document` is masked."""

    id: UUID
    name: str
    sex: str
    birth_date: date
    document: str
    unit_code: str
    unit_name: str
    state: str


def key_of(text: str) -> tuple[Key, list[str | bytes]] | None:
    """What the text is, and the values to look for; None if it is nothing one can look up."""
    typed = text.strip()
    number = id_number.normalise(typed)
    if len(number) in (15, 18) and number[:-1].isdigit():
        with suppress(Refusal):  # a number of 15 places is kept with 18
            number = id_number.check(number)
        return "document", [sealer().index(number, DOCUMENT)]
    if HOUSEHOLD_NUMBER.fullmatch(typed.upper()):
        return "household", [typed.upper()]
    if _INITIALS.fullmatch(typed.lower()):
        low = typed.lower()
        return "initials", [low, low[:-1] + chr(ord(low[-1]) + 1)]
    try:
        return "phone", [sealer().index(phones.check(typed), PHONE)]
    except Refusal:
        pass
    if OTHER_DOCUMENT.fullmatch(number) and any(char.isdigit() for char in number):
        return "document", [sealer().index(number, DOCUMENT)]
    try:
        return "name", [clean_name(typed)[0]]
    except Refusal:
        return None


def search(text: str, limit: int = LIMIT) -> tuple[Hit, ...]:
    """The people a text finds within the region, at most `limit`."""
    key = key_of(text)
    if key is None:
        return ()
    found = direct.cursor().execute(SQL[key[0]], [limit, *key[1]]).fetchall()
    numbers = sealer().unseal_many([row[4] for row in found], DOCUMENT)
    return tuple(
        Hit(one, name, sex, born, "" if number is None else id_number.mask(number), *unit_and_state)
        for (one, name, sex, born, _, *unit_and_state), number in zip(found, numbers, strict=True)
    )


def masked(sealed: bytes | memoryview | None) -> str:
    """A sealed number as screens may show it; empty for who has none."""
    return "" if sealed is None else id_number.mask(sealer().unseal(bytes(sealed), DOCUMENT))
