"""What an accepted roster writes into the registry, and what one decided row would do; all in the database.

A row works where its outcome needs no decision and nobody dropped it, or where somebody decided that it counts.
"""

from __future__ import annotations

from typing import Final

from yingbao.rosters.matching import EFFECT


def works(row: str) -> str:
    """The condition under which a row of the roster, called so in the statement, works."""
    return f"""
    {row}.roster_id = %(roster)s AND {row}.effect <> 'none' AND {row}.decision <> 'dropped'
    AND ({row}.outcome IN ('new', 'changed', 'ended') OR {row}.decision IN ('matched', 'kept'))
"""


WORKS: Final = works("w")
#: The people who change, locked in the order of their ids, as every action of the registry locks them.
LOCK = f"""
SELECT count(*) FROM (SELECT id FROM registry_resident WHERE id IN (SELECT w.resident_id FROM rosters_row w WHERE {WORKS})
    ORDER BY id FOR NO KEY UPDATE) locked
"""
#: What rows do to the persons they are given to; `%(rows)s` are their ids.
_JUDGED: Final = f"""
WITH judged AS (
    SELECT m.id AS row_id, {EFFECT} FROM rosters_row m
    LEFT JOIN LATERAL (
        SELECT * FROM registry_holding h WHERE h.resident_id = m.resident_id AND h.category = m.category
        AND (m.site = '' OR h.site = m.site) AND (upper_inf(h.period) OR upper(h.period) > %(as_of)s::date) AND NOT isempty(h.period) ORDER BY h.period LIMIT 1
    ) h ON true
    LEFT JOIN LATERAL (
        SELECT * FROM registry_holding x WHERE x.resident_id = m.resident_id AND x.period @> %(as_of)s::date
        AND x.category IN (SELECT k.other FROM unnest(%(kin_a)s::text[], %(kin_b)s::text[]) k(category, other)
            WHERE k.category = m.category)
        AND NOT EXISTS (SELECT FROM rosters_row t WHERE t.roster_id = m.roster_id AND t.resident_id = x.resident_id
            AND t.category = x.category AND t.site = x.site AND t.sheet <> '') ORDER BY x.id LIMIT 1
    ) x ON true
    LEFT JOIN LATERAL (
        SELECT * FROM registry_holding p WHERE p.resident_id = m.resident_id AND p.category = m.category
        AND upper(p.period) <= %(as_of)s::date ORDER BY p.period DESC LIMIT 1
    ) p ON true
    WHERE m.id = ANY(%(rows)s)
)
"""
DECIDED: Final = f"""{_JUDGED}
UPDATE rosters_row w SET effect = j.effect, before_id = j.before_id, since = j.since FROM judged j WHERE w.id = j.row_id
"""
#: How many of them would do something else now than was worked out before.
OTHERWISE: Final = f"""{_JUDGED}
SELECT count(*) FROM rosters_row w JOIN judged j ON w.id = j.row_id
WHERE (w.effect, w.before_id, w.since) IS DISTINCT FROM (j.effect, j.before_id, j.since)
"""


def ends(table: str, other: str) -> str:
    """Facts of a table that end, on the day the list says or the day before it; and those another one (`other`) follows."""
    return f"""
UPDATE {table} h SET period = daterange(lower(h.period), greatest(lower(h.period), e.last + 1))
FROM (
    SELECT w.before_id, CASE WHEN w.effect = 'ended' THEN w.ended_on
        WHEN {other} THEN coalesce(w.since, %(as_of)s::date) - 1 ELSE w.ended_on END AS last
    FROM rosters_row w JOIN {table} b ON b.id = w.before_id
    WHERE {WORKS} AND (w.effect = 'ended' OR {other} OR w.ended_on IS NOT NULL)
) e WHERE h.id = e.before_id
"""


def starts(table: str, same: str, also: str = "") -> str:
    """The same fact (`same`) since another day: it begins on the day the list says."""
    return f"""
UPDATE {table} h SET period = daterange(w.recognised_on, upper(h.period)){also}
FROM rosters_row w WHERE {WORKS} AND w.effect = 'changed' AND h.id = w.before_id AND {same}
    AND w.recognised_on <> lower(h.period) AND (upper_inf(h.period) OR w.recognised_on < upper(h.period))
"""


ENDS: Final = ends("registry_holding", "b.category <> w.category")
STARTS: Final = starts("registry_holding", "h.category = w.category", ", recognised_unknown = false")
#: New classes, and the class a person changed to. Nobody knows since when, if `since` is empty: then from birth.
NEW: Final = f"""
INSERT INTO registry_holding (id, resident_id, category, certified_by, evidence, recognised_unknown, period)
SELECT gen_random_uuid(), w.resident_id, w.category, %(sender)s, %(evidence)s || '第 ' || w.number || ' 行',
    w.since IS NULL, daterange(coalesce(w.since, r.birth_date), w.ended_on + 1)
FROM rosters_row w JOIN registry_resident r ON r.id = w.resident_id
LEFT JOIN registry_holding b ON b.id = w.before_id
WHERE {WORKS} AND (w.effect = 'new' OR w.effect = 'changed' AND b.category <> w.category)
"""
