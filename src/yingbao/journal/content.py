"""The bytes a deed stands for: what its keyed code and its digest are taken over."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

#: In this order; a column added later goes to the end and only counts where it is not empty.
COLUMNS = (
    "id", "at", "staff_id", "staff_name", "role", "unit_code", "action",
    "subject", "subject_id", "grounds", "facts", "address",
)  # fmt: skip


def content(row: Mapping[str, Any]) -> bytes:
    """The canonical bytes of an entry: JSON of its columns, keys sorted, instants in UTC to the microsecond."""
    return json.dumps(
        [_plain(row[name]) for name in COLUMNS], ensure_ascii=False, sort_keys=True, separators=(",", ":")
    ).encode()


def plain_facts(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts that come back from jsonb as they went in: text keys; text, whole numbers, yes or no, lists, mappings.

    Anything else is a bug of the caller: jsonb writes 1e22 as a whole number and reads the key 2 back as "2".
    Raises TypeError.
    """
    return {_key(key): _fact(value) for key, value in facts.items()}


def plain_text(text: str) -> str:
    """Text without the two things PostgreSQL cannot hold: the zero character and halves of surrogate pairs."""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode("utf-8")


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise TypeError(f"a fact's key is text, not {type(key).__name__}")
    return plain_text(key)


def _fact(value: Any) -> Any:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return plain_text(value)
    if isinstance(value, Mapping):
        return plain_facts(value)
    if isinstance(value, list | tuple):
        return [_fact(one) for one in value]
    raise TypeError(f"a fact is JSON without fractions, not {type(value).__name__}")


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if value is None or isinstance(value, str | int | bool | dict | list):
        return value
    return str(value)
