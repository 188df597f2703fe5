"""A county fills in what the notice leaves to an older document (JC-020)."""

from __future__ import annotations

from pydantic import TypeAdapter, ValidationError

from yingbao.billing.errors import UnknownParameter
from yingbao.billing.models import Supplied
from yingbao.billing.policies import parts_of, pooling_region, with_parameters
from yingbao.journal.acting import Acting
from yingbao.journal.actions import record
from yingbao.journal.scope import within
from yingbao.kernel import regions
from yingbao.policy.schema.quantities import Yuan
from yingbao.registry.errors import FormInvalid


def supply_parameter(
    *, by: Acting, region: str, benefit_year: int, parameter: str, value: str, source: str
) -> None:
    """Give a parameter its value (`280元`) from a document at hand; the next assessment uses it.

    It holds for the unit and below; a narrower unit's own value holds over it. The earlier value is kept as a version.
    Raises UnknownParameter, FormInvalid, NotPermitted, OutOfRegion, PolicyInvalid (the figure breaks the release).
    """
    unit = regions.canonical(region)
    by.require("policy.supply", unit)
    with within(by):
        open_ones = parts_of(unit, benefit_year)[0].policy.release.parameters
        if parameter not in open_ones:
            raise UnknownParameter(parameter)
        faults = {} if source.strip() else {"source": "没有写出处，请写明文号和条款"}
        try:
            TypeAdapter(Yuan).validate_python(value.strip())
        except ValidationError:
            faults["value"] = "金额写成“280元”的样子，可以带两位小数"
        if faults:
            raise FormInvalid(faults)
        with_parameters(
            pooling_region(unit, benefit_year), benefit_year, {parameter: (value.strip(), source.strip())}
        )
        record(
            by=by, action="parameter.supply", subject="parameter", unit_code=unit, grounds=source,
            facts={"parameter": parameter, "value": value, "year": benefit_year},
        )  # fmt: skip
        held = (
            Supplied.objects.select_for_update()
            .filter(unit_code=unit, benefit_year=benefit_year, parameter=parameter)
            .first()
        )
        one = held or Supplied(unit_code=unit, benefit_year=benefit_year, parameter=parameter)
        one.value, one.source, one.supplied_by = value.strip(), source.strip(), by.name
        if held is None:
            one.save(force_insert=True)
        else:
            one.save(update_fields=["value", "source", "supplied_by"])
