"""The SQL of a load. Every write is one batch: arrays in, rows out; who made them stands in `app.entry`."""

from __future__ import annotations

from typing import Any, Final

from yingbao.registry.fields import HOUSEHOLD_NUMBER

RESIDENT_COLUMNS: Final = {
    "unit_id": "text", "name": "text", "initials": "text", "pinyin": "text", "sex": "text", "birth_date": "date",
    "document_sealed": "bytea", "document_key": "bytea", "phone_sealed": "bytea", "phone_key": "bytea", "state": "text",
    "insured_years": "text", "repaid_years": "text", "military_dependant": "bool", "discharged_on": "date",
    "unknown": "text",
}  # fmt: skip
_CAST: Final = {"insured_years": "::smallint[]", "repaid_years": "::smallint[]", "unknown": "::text[]"}
RESIDENCE_COLUMNS: Final = {
    "unit_id": "text", "basis": "text", "hukou_place": "text", "permit_until": "date", "works_in_id": "text",
}  # fmt: skip


def _insert(
    table: str,
    columns: dict[str, str],
    *,
    led_by: tuple[str, ...] = ("id", "resident_id"),
    spans: str = "",
    also: dict[str, str] | None = None,
) -> str:
    """INSERT … SELECT from arrays. `spans` is `since` (open from that day) or `bounds` (lower and upper).

    `also` are columns whose value is an expression over the others.
    """
    kinds = {**dict.fromkeys(led_by, "uuid"), **columns}
    values = {name: f"t.{name}{_CAST.get(name, '')}" for name in kinds} | (also or {})
    if spans == "since":
        kinds |= {"since": "date"}
        values["period"] = "daterange(t.since, NULL)"
    elif spans:
        kinds |= {"lower": "date", "upper": "date"}
        values["period"] = "daterange(t.lower, t.upper)"
    arrays = ", ".join(f"${place}::{kind}[]" for place, kind in enumerate(kinds.values(), 1))
    return (
        f"INSERT INTO {table} ({', '.join(values)}) SELECT {', '.join(values.values())} "
        f"FROM unnest({arrays}) AS t({', '.join(kinds)})"
    )


RESIDENTS: Final = (
    _insert(
        "registry_resident", RESIDENT_COLUMNS, led_by=("id",),
        also={"nation": "''", "document_kind": "CASE WHEN t.document_key IS NULL THEN '' ELSE '01' END"},
    )
    + " ON CONFLICT (document_key) WHERE merged_into_id IS NULL AND document_key IS NOT NULL DO NOTHING"
)  # fmt: skip
HOUSEHOLDS: Final = _insert(
    "registry_household", {"number": "text", "unit_id": "text"}, led_by=("id",), also={"address": "''"}
)
MEMBERSHIPS: Final = _insert(
    "registry_membership", {"relation": "text"}, led_by=("id", "resident_id", "household_id"), spans="since"
)
RESIDENCES: Final = _insert("registry_residence", RESIDENCE_COLUMNS, spans="since")
SCHOOLINGS: Final = _insert("registry_schooling", {"stage": "text", "school": "text"}, spans="since")
_BOUNDS: Final = {"lower": "date", "upper": "date"}
_EVIDENCE: Final = {"evidence": "'居民库装入'"}


def _life(table: str, columns: dict[str, str]) -> tuple[str, dict[str, str]]:
    """The statement, and the columns it takes behind the ids; the load is the evidence."""
    return _insert(table, columns, spans="bounds", also=_EVIDENCE), {**columns, **_BOUNDS}


LIVES: Final = {
    "covers": _life("registry_cover", {"insurance": "text", "place": "text"}),
    "holdings": _life(
        "registry_holding", {"category": "text", "certified_by": "text", "recognised_unknown": "bool"}
    ),
    "survivals": _life("registry_survival", {"status": "text"}),
}
HOUSEHOLDS_THERE: Final = """
SELECT h.number, h.id, h.unit_id,
    EXISTS (SELECT FROM registry_membership m WHERE m.household_id = h.id AND m.relation = '02' AND upper_inf(m.period)),
    (SELECT array_agg(r.name || '|' || r.birth_date) FROM registry_membership m
     JOIN registry_resident r ON r.id = m.resident_id WHERE m.household_id = h.id AND r.document_key IS NULL)
FROM unnest($1::text[]) AS t(number) JOIN registry_household h ON h.number = t.number
"""
NOT_WRITTEN: Final = """
SELECT t.number FROM unnest($1::uuid[]) WITH ORDINALITY AS t(id, number)
WHERE NOT EXISTS (SELECT FROM registry_resident r WHERE r.id = t.id) ORDER BY t.number
"""
WHERE_HELD: Final = """
SELECT u.name FROM unnest($1::bytea[]) WITH ORDINALITY AS t(key, number)
LEFT JOIN registry_resident r ON r.document_key = t.key AND r.merged_into_id IS NULL
LEFT JOIN registry_unit u ON u.code = r.unit_id ORDER BY t.number
"""
FAULTS: Final = """
INSERT INTO registry_load_fault (id, entry_id, run_id, unit_code, row, outcome, place, sentence)
SELECT t.id, $6::uuid, $7::uuid, $8::text, t.row, t.outcome, t.place, t.sentence
FROM unnest($1::uuid[], $2::integer[], $3::text[], $4::text[], $5::text[]) AS t(id, row, outcome, place, sentence)
"""


def household_number(region: str, typed: str) -> str:
    """The number a household is known by: as the file writes it, or behind the region's code."""
    return typed if HOUSEHOLD_NUMBER.fullmatch(typed) else f"{region}-{typed.strip().upper()}"


class Everywhere:
    """For one look beyond the region: numbers of households and documents are unique in the whole nation."""

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor
        self._region = ""

    def __enter__(self) -> None:
        """See all; remembers the region."""
        self._region = self._cursor.execute("SELECT current_setting('app.region', true)").fetchone()[0] or ""
        self._cursor.execute("SELECT set_config('app.region', '0', true)")

    def __exit__(self, *_: object) -> None:
        """Back to the region. After an error the transaction is gone, and the setting with it."""
        if _[0] is None:
            self._cursor.execute("SELECT set_config('app.region', $1, true)", [self._region])
