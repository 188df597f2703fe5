"""Spans of days: one ends where the next begins, and an enrolment goes along the edges of its graph."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Model

from yingbao.registry.errors import Overlap
from yingbao.registry.models import Change, Resident
from yingbao.registry.states import edge

_ONE_DAY = timedelta(days=1)


def after(last: date | None) -> date | None:
    """The day a span is over; None for an open one, also where 9999-12-31 was typed for 长期."""
    return None if last is None or last == date.max else last + _ONE_DAY


def said(period: Any) -> str:
    """A period in words, both days included."""
    return f"{period.lower} 起" if period.upper is None else f"{period.lower} 至 {period.upper - _ONE_DAY}"


def replace_from(model: type[Any], resident_id: UUID, on: date, made: Model | None) -> None:
    """End the span that holds `on` the day before, or rewrite it if it began that day; then add `made`.

    Raises Overlap where something is written for later days: what begins later is not silently lost.
    """
    mine = model.objects.filter(resident_id=resident_id)
    later = mine.filter(period__startswith__gt=on).order_by("period").first()
    if later is not None:
        raise Overlap(f"之后（{said(later.period)}）已有登记，请把日期改到那天或以后，或先更正后面的登记")
    now = mine.filter(period__contains=on).first()
    if now is not None and now.period.lower == on:
        _rewrite(now, made, on)
        return
    if now is not None:
        now.period = (now.period.lower, on)
        now.save(update_fields=["period"])
    if made is not None:
        made.save(force_insert=True)


def _rewrite(now: Any, made: Any, on: date) -> None:
    """What began today says something else; an empty span says nothing held. The version table keeps what was written."""
    if made is None:
        now.period = (on, on)
        now.save(update_fields=["period"])
        return
    kept = {"id", "known_from", "entry_id"}
    names = [field.name for field in now._meta.concrete_fields if field.name not in kept]
    for name in names:
        setattr(now, name, getattr(made, name))
    now.save(update_fields=names)


def enrol(resident: Resident, deed: str, on: date, reason: str) -> Change:
    """Take an enrolment along an edge of the state graph; the caller has recorded the entry and saves."""
    way = edge(deed, resident.state)
    if way is None:
        raise LookupError(deed)
    change = Change(
        resident=resident,
        kind=way.kind,
        from_state=way.from_state,
        to_state=way.to_state,
        on=on,
        reason=reason,
    )
    resident.state = way.to_state
    return change
