"""What was written of a person, version by version: when it was known, what it replaced, under which entry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from yingbao.journal.keys import sealer
from yingbao.kernel import phones
from yingbao.registry.fields import PHONE
from yingbao.registry.models import (
    Cover,
    Holding,
    Household,
    Membership,
    Residence,
    Resident,
    Schooling,
    Survival,
    Unit,
)
from yingbao.registry.queries.asof import versions
from yingbao.registry.queries.search import masked

#: What is shown of each table; numbers are masked.
_SHOWN: Final[dict[type[Any], tuple[str, ...]]] = {
    Resident: (
        "name", "sex", "birth_date", "nation", "document_kind", "document", "phone", "unit", "state", "insured_years",
        "military_dependant", "discharged_on", "merged_into_id",
    ),
    Membership: ("household", "relation", "period"),
    Residence: ("unit", "basis", "hukou_place", "permit_until", "works_in", "period"),
    Schooling: ("stage", "school", "period"),
    Cover: ("insurance", "place", "evidence", "period"),
    Holding: ("category", "certified_by", "evidence", "period"),
    Survival: ("status", "evidence", "period"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Written:
    """One writing of one row: `changes` is field → before and after; before is None for a new row.

    `until` None: still known so. `thing` is the table's word (resident, membership …).
    """

    thing: str
    at: datetime
    until: datetime | None
    entry_id: UUID | None
    new: bool
    changes: tuple[tuple[str, Any, Any], ...]


def written(resident_id: UUID) -> tuple[Written, ...]:
    """Every writing of a person, newest first."""
    found: list[Written] = []
    units, households = _names()
    for model, fields in _SHOWN.items():
        column = "id" if model is Resident else "resident_id"
        before: dict[UUID, dict[str, Any]] = {}
        for row in versions(model, f"{column} = %s", [resident_id]):
            shown = _readable(row, units, households)
            old = before.get(row["id"])
            changes = tuple(
                (name, None if old is None else old.get(name), shown.get(name))
                for name in fields
                if (old is None and shown.get(name) not in (None, "", []))
                or (old and old.get(name) != shown.get(name))
            )
            before[row["id"]] = shown
            if changes:
                found.append(
                    Written(
                        model._meta.model_name or "",
                        row["known_from"],
                        row["known_until"],
                        row["entry_id"],
                        old is None,
                        changes,
                    )
                )
    found.sort(key=lambda one: (one.at, one.thing != "resident"), reverse=True)
    return tuple(found)


def _readable(row: dict[str, Any], units: dict[str, str], households: dict[UUID, str]) -> dict[str, Any]:
    """The row with names for codes and masks for numbers."""
    shown = dict(row)
    if "document_sealed" in row:
        shown["document"] = masked(row["document_sealed"])
        sealed = row["phone_sealed"]
        shown["phone"] = "" if sealed is None else phones.mask(sealer().unseal(bytes(sealed), PHONE))
    if "unit_id" in row:
        shown["unit"] = units.get(row["unit_id"], row["unit_id"])
    if "works_in_id" in row:
        shown["works_in"] = units.get(row["works_in_id"] or "", "")
    if "household_id" in row:
        shown["household"] = households.get(row["household_id"], "")
    return shown


class _Lazily(dict[Any, str]):
    """Names looked up one by one when asked for and kept."""

    def __init__(self, model: type[Any], key: str, name: str) -> None:
        super().__init__()
        self._asked = (model, key, name)

    def get(self, key: Any, default: Any = "") -> Any:
        if key not in self and key:
            model, column, name = self._asked
            self[key] = model.objects.filter(**{column: key}).values_list(name, flat=True).first() or default
        return super().get(key, default)


def _names() -> tuple[dict[str, str], dict[UUID, str]]:
    return _Lazily(Unit, "code", "name"), _Lazily(Household, "id", "number")
