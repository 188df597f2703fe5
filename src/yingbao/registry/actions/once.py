"""A form sent twice is one registration: the form's own key is the id of what it makes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db import connection

from yingbao.journal.acting import Acting
from yingbao.journal.scope import within
from yingbao.registry.actions.people import add_member, register_household
from yingbao.registry.drafts import Draft
from yingbao.registry.models import Household, Resident

_WORD = 1 << 63


def register_household_once(
    *,
    by: Acting,
    key: UUID,
    unit_code: str,
    members: Sequence[Draft],
    on: date,
    grounds: str = "",
    address: str = "",
) -> tuple[UUID, bool]:
    """The household of the key, and whether this call made it. Two calls at once wait for each other.

    Raises what `register_household` raises.
    """
    with within(by):
        _wait_for(key)
        if Household.objects.filter(id=key).exists():
            return key, False
        register_household(
            by=by,
            unit_code=unit_code,
            members=members,
            on=on,
            grounds=grounds,
            address=address,
            household_id=key,
        )
        return key, True


def add_member_once(
    *, by: Acting, key: UUID, household_id: UUID, member: Draft, on: date, grounds: str = ""
) -> tuple[UUID, bool]:
    """The resident of the key, and whether this call made it. Raises what `add_member` raises."""
    with within(by):
        _wait_for(key)
        if Resident.objects.filter(id=key).exists():
            return key, False
        add_member(by=by, household_id=household_id, member=member, on=on, grounds=grounds, resident_id=key)
        return key, True


def _wait_for(key: UUID) -> None:
    """Until the other request with this key has ended; the lock goes with the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key.int % _WORD])
