"""A population file as a typed relation: Parquet as it is, CSV read as text and converted value by value.

Whatever cannot be read costs only its own row: the row keeps its place and `refusal` says what is wrong where.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from yingbao.bulk.errors import SnapshotColumns, SnapshotMissing, SnapshotUnreadable
from yingbao.policy import Policy
from yingbao.policy.facts import FACTS
from yingbao.policy.sql.columns import COLUMN_TYPES
from yingbao.policy.sql.predicates import text

CUSTOM_TYPES = {"date": "DATE", "code": "VARCHAR", "flag": "BOOLEAN", "number": "INTEGER"}
#: Files read as comma-separated text; all others are Parquet.
TEXT_SUFFIXES = (".csv", ".txt", ".tsv")
ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The view `snapshot` over the file: what it has, and spellings of classes nobody knows."""

    has_unknown: bool
    has_refusal: bool
    unplaced: tuple[str, ...]
    ignored: tuple[str, ...]


def open_snapshot(
    db: duckdb.DuckDBPyConnection, path: Path, policy: Policy, needed: tuple[str, ...]
) -> Snapshot:
    """The file as the view `snapshot` with the columns a release needs.

    Raises SnapshotMissing, SnapshotUnreadable or SnapshotColumns.
    """
    if not path.is_file():
        raise SnapshotMissing(str(path))
    csv = path.suffix.lower() in TEXT_SUFFIXES
    reader = _reader(path, csv)
    try:
        described = db.execute(f"DESCRIBE SELECT * FROM {reader}").fetchall()
    except duckdb.Error as error:
        raise SnapshotUnreadable(str(path), str(error).splitlines()[0]) from error
    found = {name: kind for name, kind, *_ in described if name not in ("file_row_number", "row_number")}
    types = wanted_types(policy)
    _check_columns(path, found, needed, types, csv)
    columns = [name for name in types if name in found]
    values = {name: _csv_value(name, types[name]) if csv else _quoted(name) for name in columns}
    unplaced: tuple[str, ...] = ()
    if "categories" in values:
        values["categories"], unplaced = _place_classes(
            db, reader, values["categories"], policy, "row_number" if csv else "file_row_number"
        )
    checks = _checks(columns, types, values, csv, "id_number" in found)
    numbered = _numbered(reader) if "id_number" in found else reader
    listed = ", ".join(
        f"t.{_quoted(name)}" if not csv else f"{values[name]} AS {_quoted(name)}" for name in columns
    )
    if "categories" in values and not csv:
        listed = listed.replace('t."categories"', f'{values["categories"]} AS "categories"')
    if csv:
        _view_with_checks(db, listed, numbered, checks)
        has_refusal = True
    else:
        has_refusal = _refuse(db, numbered, checks)
        joined = "LEFT JOIN refused AS r ON r.row = t.file_row_number" if has_refusal else ""
        refusal = "r.refusal" if has_refusal else "CAST(NULL AS VARCHAR)"
        db.execute(
            f"CREATE TEMP VIEW snapshot AS SELECT {listed}, {refusal} AS refusal FROM {reader} AS t {joined}"
        )
    has_unknown = "unknown" in columns and _any(db, "SELECT 1 FROM snapshot WHERE len(unknown) > 0")
    ignored = tuple(sorted(set(found) - set(columns) - {"id_number"}))
    return Snapshot(has_unknown, has_refusal, unplaced, ignored)


def _any(db: duckdb.DuckDBPyConnection, query: str) -> bool:
    return db.execute(f"{query} LIMIT 1").fetchone() is not None


def _view_with_checks(
    db: duckdb.DuckDBPyConnection, listed: str, numbered: str, checks: list[tuple[str, str]]
) -> None:
    """A CSV is read once: every row is checked as it passes."""
    refusal = f"CASE{''.join(f' WHEN {test} THEN {words}' for test, words in checks)} END"
    numbered_refusal = (
        f"CASE WHEN {refusal} IS NOT NULL THEN '第 ' || (row_number + 1) || ' 行：' || {refusal} END"
    )
    db.execute(f"CREATE TEMP VIEW snapshot AS SELECT {listed}, {numbered_refusal} AS refusal FROM {numbered}")


def _refuse(db: duckdb.DuckDBPyConnection, numbered: str, checks: list[tuple[str, str]]) -> bool:
    """The rows of a Parquet file that cannot be used, in the table `refused`; whether there are any.

    One look a check, at its own columns alone: most checks are answered by the file's dictionaries.
    """
    looks = " UNION ALL ".join(
        f"SELECT file_row_number AS row, {order} AS place, {words} AS words FROM {numbered} WHERE {test}"
        for order, (test, words) in enumerate(checks)
    )
    db.execute(
        f"CREATE TEMP TABLE refused AS SELECT row, '第 ' || (row + 1) || ' 行：' || min_by(words, place) AS refusal "
        f"FROM ({looks}) GROUP BY row"
    )
    return _any(db, "SELECT 1 FROM refused")


def wanted_types(policy: Policy) -> dict[str, str]:
    """Every column a snapshot may have for this release, with its DuckDB type."""
    types = {"person_id": "VARCHAR", **COLUMN_TYPES}
    types |= {name: CUSTOM_TYPES[spec.kind] for name, spec in policy.release.facts.items()}
    return {**types, "unknown": "VARCHAR[]", "paid_on": "DATE"}


def _reader(path: Path, csv: bool) -> str:
    if not csv:
        return f"read_parquet({text(str(path))}, file_row_number = true)"
    read = f"read_csv({text(str(path))}, all_varchar = true, header = true, null_padding = true)"
    return f"(SELECT *, row_number() OVER () AS row_number FROM {read})"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _check_columns(
    path: Path, found: Mapping[str, str], needed: tuple[str, ...], types: Mapping[str, str], csv: bool
) -> None:
    missing = sorted(name for name in needed if name not in found)
    wrong = []
    if not csv:
        for name, kind in types.items():
            if name in found and not _compatible(found[name], kind):
                wrong.append(f"{name} 应为 {kind}，现为 {found[name]}")
    if missing or wrong:
        raise SnapshotColumns(str(path), missing, wrong)


def _compatible(given: str, wanted: str) -> bool:
    """Whether a Parquet column can serve as it is; any whole-number width will do."""

    def plain(kind: str) -> str:
        for narrow in ("TINYINT", "SMALLINT", "BIGINT", "UINTEGER"):
            kind = kind.replace(narrow, "INTEGER")
        return kind.replace('"', "").replace(" ", "")

    return (
        plain(given) == plain(wanted)
        or given == '"NULL"'
        or (given.startswith("ENUM") and wanted == "VARCHAR")
    )


def _csv_value(name: str, kind: str) -> str:
    """A CSV cell as its type; NULL where the cell is empty or unreadable (then a check refuses the row)."""
    cell = f"NULLIF(trim({_quoted(name)}), '')"
    if kind == "VARCHAR":
        return cell
    if kind == "INTEGER[]":
        items = f"list_transform(string_split({cell}, ';'), lambda x : TRY_CAST(trim(x) AS INTEGER))"
        return f"CASE WHEN {cell} = '-' THEN CAST([] AS INTEGER[]) ELSE {items} END"
    if kind == "VARCHAR[]":
        return f"list_transform(string_split({cell}, ';'), lambda x : trim(x))"
    if name == "categories":
        made = (
            "{'class': trim(split_part(x, '@', 1)), 'recognised_on': "
            "TRY_CAST(NULLIF(trim(split_part(split_part(x, '@', 2), '..', 1)), '') AS DATE), 'ended_on': "
            "TRY_CAST(NULLIF(trim(split_part(split_part(x, '@', 2), '..', 2)), '') AS DATE)}"
        )
        return f"list_transform(string_split({cell}, ';'), lambda x : {made})"
    if kind.startswith("STRUCT"):
        made = (
            "{'from_on': TRY_CAST(NULLIF(trim(split_part(x, '..', 1)), '') AS DATE), "
            "'until_on': TRY_CAST(NULLIF(trim(split_part(x, '..', 2)), '') AS DATE)}"
        )
        return f"list_transform(string_split({cell}, ';'), lambda x : {made})"
    return f"TRY_CAST({cell} AS {kind})"


def _place_classes(
    db: duckdb.DuckDBPyConnection, reader: str, value: str, policy: Policy, row: str
) -> tuple[str, tuple[str, ...]]:
    """Spellings of classes turned into codes; those nobody knows stay as they are and make the row undetermined."""
    spelled = db.execute(
        f"SELECT c.class, min(row) + 1, count(*) FROM (SELECT unnest({value}) AS c, {row} AS row FROM {reader}) "
        "WHERE c.class IS NOT NULL GROUP BY 1 ORDER BY 2"
    ).fetchall()
    arms, unplaced = "", []
    for spelling, first, count in spelled:
        code = spelling if spelling in policy.vocabulary.categories else policy.vocabulary.code(spelling)
        if code is None:
            unplaced.append(f"第 {first} 行：人员类别“{spelling}”没有登记（共 {count} 处）")
        elif code != spelling:
            arms += f" WHEN {text(spelling)} THEN {text(code)}"
    if not arms:
        return value, tuple(unplaced)
    made = (
        f"{{'class': CASE c.class{arms} ELSE c.class END, 'recognised_on': c.recognised_on, "
        "'ended_on': c.ended_on}"
    )
    return f"list_transform({value}, lambda c : {made})", tuple(unplaced)


def _checks(
    columns: list[str], types: Mapping[str, str], values: Mapping[str, str], csv: bool, has_id: bool
) -> list[tuple[str, str]]:
    """(what is wrong, the words for it) in the order they are looked for."""
    checks = [(f"{values['person_id']} IS NULL", text("缺 person_id（人员编号），请补上"))]
    if has_id:
        checks.append(
            (
                _id_fails("id_number", values.get("birth_date", "NULL")),
                text("身份证号校验不通过，请与证件核对后改正"),
            )
        )
    for name in columns:
        spec = FACTS.get(name)
        if spec is not None and spec.values:
            # a chain stops at the first match, an IN list compares them all
            known = "".join(f" WHEN {text(value)} THEN FALSE" for value in spec.values)
            words = (
                text(f"{name} 的值“")
                + f" || {values[name]} || "
                + text(f"”不认识，应为 {'、'.join(spec.values)} 之一")
            )
            checks.append((f"CASE {values[name]}{known} ELSE {values[name]} IS NOT NULL END", words))
        if csv:
            checks += _csv_checks(name, types[name], values[name])
        if types[name].startswith("STRUCT"):
            first, last = ("recognised_on", "ended_on") if name == "categories" else ("from_on", "until_on")
            reversed_ = f"len(list_filter({values[name]}, lambda x : x.{last} < x.{first})) > 0"
            test = f"CASE WHEN COALESCE(len({values[name]}), 0) = 0 THEN FALSE ELSE {reversed_} END"
            checks.append((test, text(f"{name} 里有止期早于起期的，请核对")))
    return checks


def _csv_checks(name: str, kind: str, value: str) -> list[tuple[str, str]]:
    """A cell that holds something its type cannot take."""
    cell = f"NULLIF(trim({_quoted(name)}), '')"
    quoted = f"{text(f'{name} 的值“')} || {cell} || "
    if kind in ("DATE", "INTEGER", "BOOLEAN"):
        wanted = {
            "DATE": "日期，写成 2024-12-25；没有这一天也算错",
            "INTEGER": "整数",
            "BOOLEAN": "true 或 false",
        }[kind]
        return [(f"{cell} IS NOT NULL AND {value} IS NULL", quoted + text(f"”不能用，应为{wanted}"))]
    if kind == "INTEGER[]":
        test = f"{cell} IS NOT NULL AND len(list_filter({value}, lambda x : x IS NULL)) > 0"
        return [(test, quoted + text("”不能用，应为年度，用分号隔开，如 2022;2023；从未参保写 -"))]
    if kind.startswith("STRUCT"):
        dates = f"list_filter(regexp_extract_all({cell}, '[^;@.]+'), lambda x : TRY_CAST(trim(x) AS DATE) IS NULL)"
        if name == "categories":
            dates = (
                f"list_filter(regexp_extract_all(regexp_replace({cell}, '(^|;)[^;@]*', ';', 'g'), '[^;@.]+'), "
                "lambda x : TRY_CAST(trim(x) AS DATE) IS NULL)"
            )
        words = "”不能用，应为 类别@认定日..终止日" if name == "categories" else "”不能用，应为 起期..止期"
        return [
            (
                f"{cell} IS NOT NULL AND len({dates}) > 0",
                quoted + text(words + "，日期写成 2024-12-25，多项用分号隔开"),
            )
        ]
    return []


def _numbered(reader: str) -> str:
    """The reader with an ID number of digits only as two whole numbers of nine digits each."""
    whole = f"(SELECT *, TRY_CAST(id_number AS BIGINT) AS id_18 FROM {reader})"
    halves = "CAST(id_18 // 1000000000 AS INTEGER) AS id_high, CAST(id_18 % 1000000000 AS INTEGER) AS id_low"
    return f"(SELECT *, {halves} FROM {whole})"


def _id_fails(column: str, birth: str) -> str:
    """GB 11643 as SQL: an ID number is given and cannot be one. A newborn without one is no fault.

    Ten of eleven numbers are digits only: their digits are taken from two small whole numbers, and a number that
    repeats the birth date needs no second look at it. The others, ending in X, are read as text.
    """
    places = [("id_high", 8 - i) for i in range(9)] + [("id_low", 17 - i) for i in range(9, 18)]
    weights = (*ID_WEIGHTS, 1)
    digits = " + ".join(
        f"({half} // {10**power}) % 10 * {weight}"
        for (half, power), weight in zip(places, weights, strict=True)
    )
    text_digits = " + ".join(
        f"CAST(substr({column}, {i}, 1) AS INTEGER) * {weight}" for i, weight in enumerate(ID_WEIGHTS, 1)
    )
    text_born = f"substr({column}, 7, 4) || '-' || substr({column}, 11, 2) || '-' || substr({column}, 13, 2)"
    born = f"TRY_CAST({text_born} AS DATE) IS NOT NULL"
    number = f"year({birth}) * 10000 + month({birth}) * 100 + day({birth})"
    same = f"(id_high % 1000) * 100000 + id_low // 10000 = {number}"
    fast = f"strlen({column}) = 18 AND id_high >= 100000000 AND ({digits}) % 11 = 1 AND CASE WHEN {same} THEN TRUE ELSE {born} END"
    shape = f"regexp_full_match({column}, '[1-9][0-9]{{16}}X')"
    slow = f"CASE WHEN {shape} THEN (({text_digits}) + 10) % 11 = 1 AND {born} ELSE FALSE END"
    return (
        f"CASE WHEN {column} IS NULL OR {column} = '' THEN FALSE "
        f"WHEN id_high IS NOT NULL THEN NOT ({fast}) ELSE NOT ({slow}) END"
    )
