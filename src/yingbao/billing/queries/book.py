"""An issue as the workbook wants it: people as the registry knew them when it was issued, by unit and household."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection

from yingbao.billing.models import Register
from yingbao.billing.policies import release_of
from yingbao.billing.queries.units import unit_names
from yingbao.billing.words import totals, words
from yingbao.journal.keys import sealer
from yingbao.policy.explain import PAYER_NAMES
from yingbao.policy.schema.rules import PAYERS
from yingbao.registry.fields import DOCUMENT
from yingbao.registry.queries.asof import known_sql
from yingbao.workbooks.register import REHEARSED

Row = dict[str, Any]
_SQL: Final = """
WITH person AS ({resident}), membership AS ({membership}), household AS ({household})
SELECT b.unit_code, coalesce(h.number, '') AS household_id, p.name, p.document_sealed, b.category, b.outcome, b.reason,
    b.missing, b.delivery, b.window_rule, b.price_rule, b.cover_rule, b.subsidy_rules, b.standard_fen, b.due_fen,
    b.release_digest, {payers}
FROM billing_register_bill r JOIN billing_bill b ON b.id = r.bill_id
JOIN person p ON p.id = b.resident_id
LEFT JOIN membership m ON m.resident_id = b.resident_id AND m.period @> %(on)s::date
LEFT JOIN household h ON h.id = m.household_id
LEFT JOIN (SELECT l.bill_id, {sums} FROM billing_line l WHERE l.payer <> 'person' GROUP BY 1) l ON l.bill_id = b.id
WHERE r.register_id = %(register)s AND starts_with(b.unit_code, %(unit)s)
ORDER BY b.unit_code, h.number, b.number
"""


@dataclass(frozen=True, slots=True)
class Book:
    """What `workbooks.register.write_register` is given."""

    title: str
    meta: dict[str, str]
    totals: Sequence[Row]
    persons: Sequence[Row]
    class_names: Mapping[str, str]
    payer_names: Mapping[str, str]


def register_book(register: Register, unit_code: str = "") -> Book:
    """The whole issue, or one unit of it."""
    digest = register.assessment.parts[next(iter(register.assessment.parts))]
    policy = release_of(digest)
    release = policy.release
    names = unit_names(register.unit_code)
    persons = [_person(row, names) for row in _rows(register, unit_code)]
    payers = {payer for row in persons for payer in PAYERS if row[f"{payer}_fen"]}
    place = names.get(unit_code or register.unit_code, release.name)
    return Book(
        f"{place}{release.benefit_year}年度城乡居民基本医疗保险预征清册",
        {
            "地区": place,
            "待遇年度": str(release.benefit_year),
            "核定日": register.assessment.on.isoformat(),
            "政策版本": policy.digest[:16],
            "期次": f"第 {register.number} 期",
            "通知": f"{release.title}（年度名称：{release.label}）",
            "政策摘要": policy.digest,
            **(REHEARSED if _made_up(persons) else {}),
        },
        totals(policy, persons),
        persons,
        {code: c.name for code, c in policy.vocabulary.categories.items()},
        {payer: PAYER_NAMES[payer] for payer in PAYERS if payer in payers},
    )


def _made_up(persons: Sequence[Row]) -> bool:
    """Whether every number stands on area codes that GB/T 2260 does not assign, as those of sample people do."""
    numbers = [row["id_number"] for row in persons if row["id_number"]]
    return bool(numbers) and all(number.startswith("99") for number in numbers)


def _rows(register: Register, unit_code: str) -> list[Row]:
    known = {
        name: known_sql(f"registry_{name}", columns)
        for name, columns in (
            ("resident", ("id", "name", "document_sealed")),
            ("membership", ("resident_id", "household_id", "period")),
            ("household", ("id", "number")),
        )
    }
    sums = ", ".join(f"sum(l.fen) FILTER (WHERE l.payer = '{payer}') AS {payer}" for payer in PAYERS)
    payers = ", ".join(
        f"CASE WHEN b.due_fen IS NOT NULL THEN coalesce(l.{payer}, 0)::bigint END AS {payer}_fen"
        for payer in PAYERS
    )
    given: dict[str, Any] = {
        "register": register.id, "unit": unit_code or register.unit_code, "on": register.assessment.on,
        "known_at": register.issued_at,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_SQL.format(**known, sums=sums, payers=payers), given)
        columns = [column[0] for column in cursor.description]
        return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


def _person(row: Row, names: Mapping[str, str]) -> Row:
    sealed = row.pop("document_sealed")
    return {
        **row,
        **words(release_of(row["release_digest"]), row),
        "unit": names.get(row["unit_code"], row["unit_code"]),
        "class_code": row["category"] or None,
        "id_number": "" if sealed is None else sealer().unseal(bytes(sealed), DOCUMENT),
    }
