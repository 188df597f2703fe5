"""Units as a register lists them: a region's direct children, and which of them a unit lies under."""

from __future__ import annotations

from django.db import connection


def unit_names(region: str) -> dict[str, str]:
    """Code → name of a unit and all below it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT code, name FROM registry_unit WHERE starts_with(code, %s) ORDER BY code", [region]
        )
        return dict(cursor.fetchall())


def children(region: str) -> dict[str, str]:
    """Code → name of the units directly below one, in the order of their codes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT code, name FROM registry_unit WHERE parent_id = %s ORDER BY code", [region])
        return dict(cursor.fetchall())


def child_of(unit_code: str, codes: dict[str, str], region: str) -> str:
    """Which child a unit lies under; the region itself for who is registered there."""
    return next((code for code in codes if unit_code.startswith(code)), region)
