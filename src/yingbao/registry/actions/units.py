"""Units, who manages whose people, and who is responsible."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from yingbao.journal.acting import Acting
from yingbao.journal.actions import record
from yingbao.journal.keys import sealer
from yingbao.journal.scope import within
from yingbao.kernel import phones, regions
from yingbao.kernel.names import clean_name
from yingbao.policy import Policy
from yingbao.registry.errors import FormInvalid, Overlap, UnitNotFound, UnitTaken
from yingbao.registry.models import Assignment, Duty, Unit
from yingbao.registry.models.units import DUTY_KINDS, UNIT_KINDS

DUTY_PHONE = "duty.phone"
_ONE_DAY = timedelta(days=1)
#: A farm or station has no kind in the release; its name tells.
_KIND_BY_ENDING = {"牧场": "farm", "农场": "farm", "站": "station", "园区": "park"}


def add_unit(*, by: Acting, code: str, name: str, kind: str, parent_code: str | None, from_on: date) -> None:
    """A unit below another. Raises FormInvalid, UnitTaken, UnitNotFound, NotPermitted, OutOfRegion."""
    by.require("unit.manage", code)
    if kind not in UNIT_KINDS:
        raise FormInvalid({"kind": "没有选单位类型，请从列出的类型里选"})
    if parent_code is not None and not code.startswith(parent_code):
        raise FormInvalid({"code": f"代码要以上级的 {parent_code} 开头，请改代码或换上级"})
    with within(by):
        if parent_code is not None and not Unit.objects.filter(code=parent_code).exists():
            raise UnitNotFound(parent_code)
        record(by=by, action="unit.add", subject="unit", unit_code=code, facts={"code": code, "kind": kind})
        try:
            with transaction.atomic():
                Unit.objects.create(
                    code=code, name=clean_name(name)[0], kind=kind, parent_id=parent_code, period=(from_on, None)
                )
        except IntegrityError as error:
            raise UnitTaken(code) from error


def close_unit(*, by: Acting, code: str, last_on: date, grounds: str) -> None:
    """A unit ends with that day; nobody may be registered in it after. Raises UnitNotFound, NotPermitted, …"""
    by.require("unit.manage", code)
    with within(by):
        unit = Unit.objects.select_for_update().filter(code=code).first()
        if unit is None:
            raise UnitNotFound(code)
        record(by=by, action="unit.close", subject="unit", unit_code=code, grounds=grounds, facts={"last": str(last_on)})
        unit.period = (unit.period.lower, last_on + _ONE_DAY)
        unit.save(update_fields=["period"])


def assign(
    *, by: Acting, unit_code: str, to_unit_code: str, source: str, from_on: date, hukou_unit_code: str | None = None
) -> None:
    """The people of a farm or station are managed by a unit, perhaps only those whose hukou lies in one (X-17).

    Raises Overlap, UnitNotFound, NotPermitted, OutOfRegion.
    """
    by.require("unit.manage", unit_code)
    with within(by):
        record(
            by=by, action="unit.assign", subject="unit", unit_code=unit_code, grounds=source,
            facts={"unit": unit_code, "to": to_unit_code, "hukou": hukou_unit_code},
        )  # fmt: skip
        try:
            with transaction.atomic():
                Assignment.objects.create(
                    unit_id=unit_code, to_unit_id=to_unit_code, hukou_unit_id=hukou_unit_code, source=source,
                    period=(from_on, None),
                )  # fmt: skip
        except IntegrityError as error:
            if "registry_assignment_once" in str(error):
                raise Overlap("这个单位的人已经归口，请先终止原来的归口") from error
            raise UnitNotFound(to_unit_code) from error


def give_duty(
    *, by: Acting, unit_code: str, kind: str, person_name: str, position: str, phone: str, from_on: date
) -> UUID:
    """Somebody answers for a unit: leads, town, village, clerk or agent (GT-044, JC-026).

    Raises FormInvalid, Overlap, BadName, BadPhone, NotPermitted, OutOfRegion.
    """
    by.require("duty.manage", unit_code)
    if kind not in DUTY_KINDS:
        raise FormInvalid({"kind": "没有选责任类型，请从列出的类型里选"})
    duty = Duty(
        unit_id=unit_code, kind=kind, person_name=clean_name(person_name)[0], position=position.strip(),
        phone_sealed=sealer().seal(phones.check(phone), DUTY_PHONE) if phone else None, period=(from_on, None),
    )  # fmt: skip
    with within(by):
        record(by=by, action="duty.give", subject="unit", unit_code=unit_code, facts={"kind": kind, "duty": str(duty.id)})
        try:
            with transaction.atomic():
                duty.save(force_insert=True)
        except IntegrityError as error:
            if "registry_duty_one_leader" in str(error):
                raise Overlap("这个单位已有主要负责人，请先终止原来的") from error
            raise UnitNotFound(unit_code) from error
    return duty.id


def end_duty(*, by: Acting, duty_id: UUID, last_on: date) -> None:
    """A responsibility ends with that day. Raises UnitNotFound, NotPermitted, OutOfRegion."""
    with within(by):
        duty = Duty.objects.select_for_update().filter(id=duty_id).first()
        if duty is None:
            raise UnitNotFound(str(duty_id))
        by.require("duty.manage", duty.unit_id)
        record(by=by, action="duty.end", subject="unit", unit_code=duty.unit_id, facts={"duty": str(duty_id)})
        duty.period = (duty.period.lower, max(duty.period.lower, last_on) + _ONE_DAY)
        duty.save(update_fields=["period"])


def units_of_release(*, by: Acting, policy: Policy, from_on: date) -> int:
    """Make the units a release prints: the regions above, its reporting units, farms and stations with assignments.

    A unit without a printed code gets a local one in the printed order (`620721-T03`). What is there already stays.
    Returns how many units were made.
    """
    release, region = policy.release, regions.canonical(policy.release.region)
    by.require("unit.manage", region)
    if release.units is None:
        raise FormInvalid({"region": "这份政策没有列出单位，请逐个登记单位"})
    wanted = _regions_above(region, release.name, from_on)
    codes: dict[str, str] = {}
    for place, (name, unit) in enumerate(release.units.of.items(), 1):
        codes[name] = unit.code or f"{region}-T{place:02d}"
        kind = unit.kind if unit.kind in UNIT_KINDS else "county"
        wanted.append(Unit(code=codes[name], name=name, kind=kind, parent_id=region, period=(from_on, None)))
    assignments: list[Assignment] = []
    for place, rule in enumerate(release.units.assignments.values(), 1):
        code = f"{region}-W{place:02d}"
        kind = next((k for ending, k in _KIND_BY_ENDING.items() if rule.name.endswith(ending)), "park")
        wanted.append(Unit(code=code, name=rule.name, kind=kind, parent_id=region, period=(from_on, None)))
        source = "；".join(str(s) for s in rule.source)
        for hukou, to in (rule.by_hukou or {"": rule.to or ""}).items():
            assignments.append(
                Assignment(
                    unit_id=code, hukou_unit_id=codes.get(hukou), to_unit_id=codes[to], source=source,
                    period=(from_on, None),
                )  # fmt: skip
            )
    with within(by):
        there = set(Unit.objects.filter(code__in=[u.code for u in wanted]).values_list("code", flat=True))
        fresh = [unit for unit in wanted if unit.code not in there]
        if fresh:
            record(
                by=by, action="unit.load", subject="unit", unit_code=region, grounds=release.title,
                facts={"release": policy.digest, "units": [unit.code for unit in fresh]},
            )  # fmt: skip
            Unit.objects.bulk_create(fresh)
            Assignment.objects.bulk_create([a for a in assignments if a.unit_id not in there])
    return len(fresh)


def _regions_above(region: str, name: str, from_on: date) -> list[Unit]:
    """Province, city and the region itself, as units."""
    kinds = {2: "province", 4: "city"}
    above = list(reversed(regions.parents(region)))
    found = [
        Unit(
            code=code, name=regions.name_of(code, from_on), kind=kinds.get(len(code), "county"),
            parent_id=above[place - 1] if place else None, period=(from_on, None),
        )  # fmt: skip
        for place, code in enumerate(above)
    ]
    kind = "county" if len(region) == 6 else "city"
    found.append(
        Unit(code=region, name=name, kind=kind, parent_id=above[-1] if above else None, period=(from_on, None))
    )
    return found
