"""Units, who manages whose people, and who is responsible."""

from __future__ import annotations

import re
from datetime import date
from itertools import count
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from yingbao.journal.acting import Acting
from yingbao.journal.actions import record
from yingbao.journal.content import plain_text
from yingbao.journal.keys import sealer
from yingbao.journal.scope import within
from yingbao.kernel import phones, regions
from yingbao.kernel.names import clean_name
from yingbao.kernel.refusal import Refusal
from yingbao.policy import Policy
from yingbao.registry.actions.spans import after
from yingbao.registry.errors import FormInvalid, Overlap, SpanNotFound, UnitNotFound, UnitTaken
from yingbao.registry.models import Assignment, Duty, Unit
from yingbao.registry.models.units import DUTY_KINDS, UNIT_CODE, UNIT_KINDS

DUTY_PHONE = "duty.phone"
#: A farm or station has no kind in the release; its name tells.
_KIND_BY_ENDING = {"牧场": "farm", "农场": "farm", "站": "station", "园区": "park"}


def add_unit(*, by: Acting, code: str, name: str, kind: str, parent_code: str | None, from_on: date) -> None:
    """A unit below another. Raises FormInvalid, UnitTaken, UnitNotFound, NotPermitted, OutOfRegion."""
    by.require("unit.manage", code)
    name, faults = _named("name", name)
    if kind not in UNIT_KINDS:
        faults["kind"] = "没有选单位类型，请从列出的类型里选"
    if not re.fullmatch(UNIT_CODE, code):
        faults["code"] = (
            "代码要写 2、4、6、9 或 12 位数字，本地代码写成 620721-T01 的样子（横线后 1 至 12 位大写字母、数字）"
        )
    elif parent_code is not None and (not code.startswith(parent_code) or code == parent_code):
        faults["code"] = f"代码要以上级的 {parent_code} 开头，请改代码或换上级"
    if faults:
        raise FormInvalid(faults)
    with within(by):
        if parent_code is not None and not Unit.objects.filter(code=parent_code).exists():
            raise UnitNotFound(parent_code)
        if Unit.objects.filter(code=code).exists():
            raise UnitTaken(code)
        _stands_apart(code, parent_code or "")
        record(by=by, action="unit.add", subject="unit", unit_code=code, facts={"code": code, "kind": kind})
        try:
            with transaction.atomic():
                Unit.objects.create(
                    code=code, name=name, kind=kind, parent_id=parent_code, period=(from_on, None)
                )
        except IntegrityError as error:
            raise UnitTaken(code) from error


def _stands_apart(code: str, parent_code: str) -> None:
    """A region reaches what begins with its code: T1 must not reach a T10 that is not below it."""
    if "-" not in code:  # codes of divisions have their widths
        return
    wider = [code[:length] for length in range(1, len(code))]
    above = Unit.objects.filter(code__in=wider).exclude(
        code__in=[parent_code[:n] for n in range(1, len(parent_code) + 1)]
    )
    below = Unit.objects.filter(code__startswith=code)
    if (clash := above.first() or below.first()) is not None:
        raise FormInvalid(
            {"code": f"代码 {code} 与 {clash.name}（{clash.code}）一个以另一个开头，管辖会串，请换一个代码"}
        )


def close_unit(*, by: Acting, code: str, last_on: date, grounds: str) -> None:
    """A unit ends with that day; nobody may be registered in it after.

    Raises FormInvalid, UnitNotFound, NotPermitted, OutOfRegion.
    """
    by.require("unit.manage", code)
    with within(by):
        unit = Unit.objects.select_for_update().filter(code=code).first()
        if unit is None:
            raise UnitNotFound(code)
        _end_after(unit.period, last_on)
        record(
            by=by,
            action="unit.close",
            subject="unit",
            unit_code=code,
            grounds=grounds,
            facts={"last": str(last_on)},
        )
        unit.period = (unit.period.lower, after(last_on))
        unit.save(update_fields=["period"])


def assign(
    *,
    by: Acting,
    unit_code: str,
    to_unit_code: str,
    source: str,
    from_on: date,
    hukou_unit_code: str | None = None,
) -> None:
    """The people of a farm or station are managed by a unit, perhaps only those whose hukou lies in one (X-17).

    One unit for all of them, or units by hukou, never both at a time. Raises FormInvalid, Overlap, UnitNotFound,
    NotPermitted, OutOfRegion.
    """
    by.require("unit.manage", unit_code)
    if not source.strip():
        raise FormInvalid({"source": "没有写依据，请写明归口的文件"})
    with within(by):
        _must_exist(unit_code, to_unit_code, hukou_unit_code)
        Unit.objects.select_for_update().get(code=unit_code)
        there = Assignment.objects.filter(unit_id=unit_code, period__overlap=(from_on, None))
        if hukou_unit_code is not None:
            there = there.filter(Q(hukou_unit=None) | Q(hukou_unit_id=hukou_unit_code))
        if there.exists():
            raise Overlap("这个单位的人已经归口，请先终止原来的归口")
        record(
            by=by, action="unit.assign", subject="unit", unit_code=unit_code, grounds=source,
            facts={"unit": unit_code, "to": to_unit_code, "hukou": hukou_unit_code},
        )  # fmt: skip
        Assignment.objects.create(
            unit_id=unit_code, to_unit_id=to_unit_code, hukou_unit_id=hukou_unit_code, source=plain_text(source),
            period=(from_on, None),
        )  # fmt: skip


def give_duty(
    *, by: Acting, unit_code: str, kind: str, person_name: str, position: str, phone: str, from_on: date
) -> UUID:
    """Somebody answers for a unit: leads, town, village, clerk or agent (GT-044, JC-026).

    Raises FormInvalid, Overlap, UnitNotFound, NotPermitted, OutOfRegion.
    """
    by.require("duty.manage", unit_code)
    name, faults = _named("person_name", person_name)
    if kind not in DUTY_KINDS:
        faults["kind"] = "没有选责任类型，请从列出的类型里选"
    try:
        sealed = sealer().seal(phones.check(phone), DUTY_PHONE) if phone else None
    except Refusal as refusal:
        faults["phone"] = refusal.sentence
    if faults:
        raise FormInvalid(faults)
    duty = Duty(
        unit_id=unit_code, kind=kind, person_name=name, position=plain_text(position).strip(), phone_sealed=sealed,
        period=(from_on, None),
    )  # fmt: skip
    with within(by):
        _must_exist(unit_code)
        record(
            by=by,
            action="duty.give",
            subject="unit",
            unit_code=unit_code,
            facts={"kind": kind, "duty": str(duty.id)},
        )
        try:
            with transaction.atomic():
                duty.save(force_insert=True)
        except IntegrityError as error:
            raise Overlap("这个单位已有主要负责人，请先终止原来的") from error
    return duty.id


def end_duty(*, by: Acting, duty_id: UUID, last_on: date) -> None:
    """A responsibility ends with that day. Raises FormInvalid, SpanNotFound, NotPermitted, OutOfRegion."""
    with within(by):
        duty = Duty.objects.select_for_update().filter(id=duty_id).first()
        if duty is None:
            by.require("duty.manage")
            raise SpanNotFound("没有这项责任，或不在您的管辖范围，请刷新页面后再办")
        by.require("duty.manage", duty.unit_id)
        _end_after(duty.period, last_on)
        record(by=by, action="duty.end", subject="unit", unit_code=duty.unit_id, facts={"duty": str(duty_id)})
        duty.period = (duty.period.lower, after(last_on))
        duty.save(update_fields=["period"])


def _named(field: str, name: str) -> tuple[str, dict[str, str]]:
    try:
        return clean_name(name)[0], {}
    except Refusal as refusal:
        return "", {field: refusal.sentence}


def _end_after(period: Any, last_on: date) -> None:
    if last_on < period.lower:
        raise FormInvalid({"last_on": f"终止日 {last_on} 早于起始日 {period.lower}，请核对"})
    if period.upper is not None and last_on >= period.upper:
        raise FormInvalid({"last_on": f"已于 {period.upper} 前终止，不能再往后延，请核对"})


def _must_exist(*codes: str | None) -> None:
    """Foreign keys are checked at commit, too late for a sentence. Raises UnitNotFound."""
    wanted = {code for code in codes if code is not None}
    for missing in wanted - set(Unit.objects.filter(code__in=wanted).values_list("code", flat=True)):
        raise UnitNotFound(missing)


def units_of_release(*, by: Acting, policy: Policy, from_on: date) -> int:
    """Make the units a release prints: the regions above, its reporting units, farms and stations with assignments.

    A unit without a printed code gets a local one in the printed order (`620721-T03`). A unit of the same name in the
    region stays what it is, whatever place a later release prints it at. Returns how many units were made.
    """
    release, region = policy.release, regions.canonical(policy.release.region)
    by.require("unit.manage", region)
    if release.units is None:
        raise FormInvalid({"region": "这份政策没有列出单位，请逐个登记单位"})
    with within(by):
        codes = _Codes(region, len(release.units.of))
        wanted = _regions_above(region, release.name, from_on)
        for name, printed in release.units.of.items():
            kind = str(printed.kind) if printed.kind in UNIT_KINDS else "county"
            code = codes.of(name, "T", printed.code)
            wanted.append(Unit(code=code, name=name, kind=kind, parent_id=region, period=(from_on, None)))
        assignments: list[Assignment] = []
        for rule in release.units.assignments.values():
            code = codes.of(rule.name, "W")
            kind = next((k for ending, k in _KIND_BY_ENDING.items() if rule.name.endswith(ending)), "park")
            wanted.append(
                Unit(code=code, name=rule.name, kind=kind, parent_id=region, period=(from_on, None))
            )
            source = "；".join(str(s) for s in rule.source)
            assignments += [
                Assignment(
                    unit_id=code,
                    hukou_unit_id=codes.known[hukou] if hukou else None,
                    to_unit_id=codes.known[to],
                    source=source,
                    period=(from_on, None),
                )
                for hukou, to in (rule.by_hukou or {"": rule.to or ""}).items()
            ]
        there = set(Unit.objects.filter(code__in=[u.code for u in wanted]).values_list("code", flat=True))
        fresh = [unit for unit in wanted if unit.code not in there]
        for unit in fresh:
            by.require("unit.manage", unit.code)
        if fresh:
            record(
                by=by, action="unit.load", subject="unit", unit_code=region, grounds=release.title,
                facts={"release": policy.digest, "units": [unit.code for unit in fresh]},
            )  # fmt: skip
            Unit.objects.bulk_create(fresh)
            Assignment.objects.bulk_create([a for a in assignments if a.unit_id not in there])
    return len(fresh)


class _Codes:
    """The code of each unit of a region by its name: the one it has, the one printed, or the next free number."""

    def __init__(self, region: str, units: int) -> None:
        self.region = region
        self.known = dict(Unit.objects.filter(parent_id=region).values_list("name", "code"))
        self.taken = set(self.known.values())
        #: numbers of one width, so that none begins with another
        self.width = max(
            2, len(str(units)), *(len(code) - len(region) - 2 for code in self.taken if "-T" in code)
        )

    def of(self, name: str, letter: str, printed: str | None = None) -> str:
        """The unit's code, noted as taken."""
        if name not in self.known:
            free = (f"{self.region}-{letter}{n:0{self.width}d}" for n in count(1))
            self.known[name] = printed or next(code for code in free if code not in self.taken)
            self.taken.add(self.known[name])
        return self.known[name]


def _regions_above(region: str, name: str, from_on: date) -> list[Unit]:
    """Province, city and the region itself, as units."""
    kinds = {2: "province", 4: "city"}
    above = list(reversed(regions.parents(region)))
    found = [
        Unit(
            code=code,
            name=regions.name_of(code, from_on),
            kind=kinds.get(len(code), "county"),
            parent_id=above[place - 1] if place else None,
            period=(from_on, None),
        )
        for place, code in enumerate(above)
    ]
    kind = "county" if len(region) == 6 else "city"
    found.append(
        Unit(
            code=region, name=name, kind=kind, parent_id=above[-1] if above else None, period=(from_on, None)
        )
    )
    return found
