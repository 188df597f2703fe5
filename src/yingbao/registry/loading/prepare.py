"""One batch made ready to be written: checked, sealed, in the shape of the tables. Knows no database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from yingbao.policy.facts import FACTS
from yingbao.registry.fields import DOCUMENT, PHONE
from yingbao.registry.loading.checks import Mask, checked
from yingbao.registry.loading.faults import Fault
from yingbao.registry.loading.source import Batch
from yingbao.registry.loading.spans import COVER, HOLDING, SURVIVAL, Class, Lives, as_table, lives_of
from yingbao.registry.pinyin import of_name
from yingbao.registry.states import STATES
from yingbao.seal import Sealer

#: Facts a snapshot may say are not known although an empty cell would mean “none”.
_SAYABLE: Final = frozenset(name for name, spec in FACTS.items() if spec.absent == "none")


@dataclass(frozen=True, slots=True)
class Rules:
    """What a batch is judged by: the day, the units by name and by code, the classes by spelling."""

    on: date
    since: date
    units: Mapping[str, str]
    spellings: Mapping[str, Class]
    sealer: Sealer


@dataclass(frozen=True, slots=True)
class Prepared:
    """The people who may be loaded, in columns named as the tables', and the rows that hang below them."""

    first: int
    count: int
    people: Any
    covers: Any
    holdings: Any
    survivals: Any
    faults: list[Fault]


def prepare(batch: Batch, rules: Rules) -> Prepared:
    """Check every row of a batch, and seal and shape those that pass."""
    table, passes, found = checked(batch.table, batch.first, rules.on)
    faults = [*batch.faults, *found]
    for fault in batch.faults:
        passes[fault.row - batch.first] = False
    table = _placed(table, batch.first, rules, passes, faults)
    rows = batch.first + np.flatnonzero(passes)
    kept = table.filter(pa.array(passes)).combine_chunks()
    lives = lives_of(kept, rows, rules.spellings)
    faults += lives.faults
    return Prepared(
        batch.first, batch.table.num_rows, _people(kept, rows, lives, rules), as_table(COVER, lives.covers),
        as_table(HOLDING, lives.holdings), as_table(SURVIVAL, lives.survivals), faults,
    )  # fmt: skip


def _placed(table: Any, first: int, rules: Rules, passes: Mask, faults: list[Fault]) -> Any:
    """Units by their codes; who has none, no household or an unknown state does not pass."""
    names, codes = pa.array(list(rules.units), pa.string()), pa.array(list(rules.units.values()), pa.string())
    for column, must in (("unit", True), ("works_in", False)):
        given = table[column].combine_chunks()
        found = codes.take(pc.index_in(given, names))
        wrong = found.is_null() if must else pc.and_(found.is_null(), given.is_valid())
        for place in np.flatnonzero(wrong.to_numpy(zero_copy_only=False)):
            said = given[int(place)].as_py() or ""
            sentence = (
                f"单位“{said}”没有登记，或有两个同名，请核对名称或先登记单位"
                if said
                else "没有填写单位，请补填"
            )
            faults.append(Fault(first + int(place), "unit-unknown", column, sentence))
            passes[place] = False
        table = table.set_column(table.schema.get_field_index(column), column, found)
    for place in np.flatnonzero(
        table["household_id"].combine_chunks().is_null().to_numpy(zero_copy_only=False)
    ):
        faults.append(Fault(first + int(place), "household-missing", "household_id", "没有填写户号，请补填"))
        passes[place] = False
    state = table["state"].combine_chunks()
    known = pc.or_(state.is_null(), pc.is_in(state, pa.array(list(STATES))))
    for place in np.flatnonzero(~known.to_numpy(zero_copy_only=False)):
        faults.append(Fault(first + int(place), "form-invalid", "state", "参保状态应为 0 至 4，请核对"))
        passes[place] = False
    return table


def _people(kept: Any, rows: Any, lives: Lives, rules: Rules) -> Any:
    """Sealed and spelled; dates from which the undated facts hold."""
    seal, index = rules.sealer.seal_column, rules.sealer.index_column
    document, phone = kept["id_number"].combine_chunks(), kept["phone"].combine_chunks()
    pinyin, initials = _pinyin(kept["name"].combine_chunks())
    unknown, years_known = _unknown(
        kept["unknown"].to_pylist() if _any_list(kept["unknown"]) else [], lives, len(rows)
    )
    born = kept["birth_date"].combine_chunks().cast(pa.int32()).to_numpy()
    since = np.maximum(born, (rules.since - date(1970, 1, 1)).days).astype(np.int32)
    years = _years(kept["insured_years"])
    if years_known is not None:
        years = pc.if_else(pa.array(years_known), years, pa.scalar(None, pa.string()))
    columns = {
        "row": pa.array(rows, pa.int64()), "relation": kept["relation"], "name": kept["name"], "initials": initials,
        "pinyin": pinyin, "sex": kept["sex"], "birth_date": kept["birth_date"],
        "document_sealed": seal(document, DOCUMENT), "document_key": index(document, DOCUMENT),
        "phone_sealed": seal(phone, PHONE), "phone_key": index(phone, PHONE),
        "state": pc.fill_null(kept["state"], "0"), "insured_years": years,
        "repaid_years": pc.fill_null(_years(kept["repaid_years"]), "{}"),
        "military_dependant": kept["military_dependant"], "discharged_on": kept["discharged_on"], "unknown": unknown,
        "unit_id": kept["unit"], "basis": kept["residence"], "hukou_place": pc.fill_null(kept["hukou_unit"], ""),
        "permit_until": kept["permit_until"], "works_in_id": kept["works_in"], "stage": kept["student"],
        "school": pc.fill_null(kept["school"], ""), "since": pa.array(since).cast(pa.date32()),
    }  # fmt: skip
    return pa.table(columns)


def _pinyin(names: Any) -> tuple[Any, Any]:
    coded = names.dictionary_encode()
    read = [of_name(name) for name in coded.dictionary.to_pylist()]
    pinyin, initials = (pa.array([one[n] for one in read], pa.string()).take(coded.indices) for n in (0, 1))
    return pinyin, initials


def _years(column: Any) -> Any:
    """Lists of years as PostgreSQL writes arrays."""
    lists = column.combine_chunks().cast(pa.list_(pa.string()))
    return pc.binary_join_element_wise("{", pc.binary_join(lists, ","), "}", "")


def _any_list(column: Any) -> bool:
    return bool(pc.sum(pc.fill_null(pc.list_value_length(column), 0)).as_py())


def _unknown(said: list[list[str] | None], lives: Lives, count: int) -> tuple[Any, Any]:
    """What is not known of each, as PostgreSQL writes arrays; and where the insured years are to be believed."""
    by_place = {place: list(names) for place, names in enumerate(said) if names}
    for place, facts in lives.unknown.items():
        by_place.setdefault(place, []).extend(facts)
    written = np.full(count, "{}", object)
    believed = np.ones(count, np.bool_)
    for place, names in by_place.items():
        kept = sorted({name for name in names if name in _SAYABLE})
        written[place] = "{" + ",".join(kept) + "}"
        believed[place] = "insured_years" not in names
    return pa.array(written, pa.string()), None if believed.all() else believed
