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


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if value is None or isinstance(value, str | int | bool | Mapping | list):
        return value
    return str(value)
