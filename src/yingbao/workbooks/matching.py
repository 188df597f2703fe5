"""Match roster rows with the people on record: by ID number only, nothing is guessed from names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from yingbao.kernel import names
from yingbao.kernel.names import BadName
from yingbao.workbooks.roster import RosterRow


def match_rows(
    rows: Iterable[RosterRow], people: Mapping[str, str], recorded_names: Mapping[str, str] | None = None
) -> tuple[RosterRow, ...]:
    """Add the person to every usable row, or say why there is none. Order and number of rows stay.

    `people` maps ID number → person id. With `recorded_names` (person id → name) a row whose name is
    another one is unusable too, since its ID number may belong to somebody else. Two classes for one person
    are both kept; the same class in the same file for the same days is a duplicate.
    """
    seen: dict[tuple[str, str, str | None], list[RosterRow]] = defaultdict(list)
    return tuple(_matched(row, people, recorded_names, seen) if row.usable else row for row in rows)


def _matched(
    row: RosterRow,
    people: Mapping[str, str],
    recorded_names: Mapping[str, str] | None,
    seen: dict[tuple[str, str, str | None], list[RosterRow]],
) -> RosterRow:
    person = people.get(row.id_number or "")
    if person is None:
        return _unusable(
            row, "person_unknown", "身份证号不在居民库中，请核对号码；确是本地居民的先办理参保登记"
        )
    if recorded_names is not None and not _same_name(row.name, recorded_names.get(person, row.name)):
        return _unusable(row, "name_differs", "身份证号对应的居民姓名与名册不同，请核对是否填错了号码")
    matched = replace(row, person_id=person)
    earlier = seen[row.file, person, row.class_code]
    same = next((other for other in earlier if _overlap(other, row)), None)
    earlier.append(row)
    if same is not None:
        where = f"“{same.sheet}”第 {same.row_number} 行"
        return _unusable(
            matched, "duplicate", f"与{where}重复（同一人同一类别），已采用前一行，请删去其中一行"
        )
    return matched


def _unusable(row: RosterRow, code: str, sentence: str) -> RosterRow:
    return replace(row, outcome="unusable", reason_code=code, reason=sentence)


def _same_name(written: str, recorded: str) -> bool:
    try:
        return written == names.clean_name(recorded)[0]
    except BadName:
        return False


def _overlap(one: RosterRow, other: RosterRow) -> bool:
    """Whether the two rows claim some day both. A person may leave a class and be recognised again."""
    first, second = _days(one), _days(other)
    return first[0] <= second[1] and second[0] <= first[1]


def _days(row: RosterRow) -> tuple[date, date]:
    return row.recognised_on or date.min, row.ended_on or date.max
