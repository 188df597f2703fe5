"""Where people land: a unit manages its own people, a farm's or a station's are managed by another (X-17)."""

from __future__ import annotations

from datetime import date

from yingbao.registry.errors import FormInvalid, UnitNotFound
from yingbao.registry.models import Assignment, Unit


def land(
    unit_code: str, hukou_place: str | None, on: date, field: str = "hukou_place"
) -> tuple[str, str | None]:
    """The unit that manages the people of a unit, and the workplace if it is a farm, station or park.

    A station's people go to one unit whatever their hukou, a farm's by where the hukou lies (肃医保〔2023〕48号 四(三)).
    Raises UnitNotFound; FormInvalid at `field` where the notice prints no unit for that hukou.
    """
    unit = Unit.objects.filter(code=unit_code, period__contains=on).first()
    if unit is None:
        raise UnitNotFound(unit_code)
    assignments = list(
        Assignment.objects.filter(unit=unit, period__contains=on)
        .select_related("hukou_unit", "to_unit")
        .order_by("to_unit_id")
    )
    if not assignments:
        return unit.code, None
    for one in assignments:
        if one.hukou_unit is None or one.hukou_unit.name == hukou_place:
            return one.to_unit_id, unit.code
    listed = "、".join(one.hukou_unit.name for one in assignments if one.hukou_unit is not None)
    raise FormInvalid(
        {field: f"{unit.name}的人按户籍归口，只印了户籍在{listed}的；户籍在别处的文件没有印，请先请示"}
    )
