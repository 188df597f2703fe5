"""Rows as they stand, or as they were known at an earlier instant: the tables and their version tables as one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Model


def rows(
    model: type[Model], where: str, values: Sequence[Any], known_at: datetime | None = None, order: str = ""
) -> list[dict[str, Any]]:
    """Rows of a versioned table, as known now or at `known_at`. `where` is SQL over the row's columns."""
    table = model._meta.db_table
    names = _columns(model)
    listed = ", ".join(f'"{name}"' for name in names)
    tail = f" ORDER BY {order}" if order else ""
    if known_at is None:
        sql, bound = f"SELECT {listed} FROM {table} WHERE {where}{tail}", list(values)
    else:
        sql = (
            f"SELECT {listed} FROM {table} WHERE ({where}) AND known_from <= %s UNION ALL "
            f"SELECT {listed} FROM {table}_version WHERE ({where}) AND known_from <= %s AND known_until > %s{tail}"
        )
        bound = [*values, known_at, *values, known_at, known_at]
    with connection.cursor() as cursor:
        cursor.execute(sql, bound)
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def known_sql(table: str, columns: Sequence[str]) -> str:
    """SQL of a versioned table's columns as known at `%(known_at)s`, for a WITH."""
    listed = ", ".join(f'"{name}"' for name in columns)
    return (
        f"SELECT {listed} FROM {table} WHERE known_from <= %(known_at)s UNION ALL SELECT {listed} FROM {table}_version "
        "WHERE known_from <= %(known_at)s AND known_until > %(known_at)s"
    )


def versions(model: type[Model], where: str, values: Sequence[Any]) -> list[dict[str, Any]]:
    """Every version of the rows, oldest first, each with `known_from` and `known_until` (None: still so)."""
    table = model._meta.db_table
    names = _columns(model)
    listed = ", ".join(f'"{name}"' for name in names)
    sql = (
        f"SELECT {listed}, NULL::timestamptz AS known_until FROM {table} WHERE {where} UNION ALL "
        f"SELECT {listed}, known_until FROM {table}_version WHERE {where} ORDER BY known_from"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*values, *values])
        return [dict(zip((*names, "known_until"), row, strict=True)) for row in cursor.fetchall()]


def _columns(model: type[Model]) -> list[str]:
    return [str(field.column) for field in model._meta.concrete_fields]
