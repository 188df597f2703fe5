"""What lists of students, deaths and moves are held against, ask about and write, in the database.

Each kind of fact is given the columns of a holding (id, resident_id, category, site, period), so that `matching` compares it
as it compares classes. A fact that would stand beside another of its kind on one day is never written: it is asked about.
"""

from __future__ import annotations

from typing import Final

from yingbao.registry.states import EDGES
from yingbao.rosters.applying import WORKS, ends, starts, works

SCHOOLING: Final = (
    "(SELECT id, resident_id, stage AS category, school AS site, period FROM registry_schooling)"
)
SURVIVAL: Final = "(SELECT id, resident_id, status AS category, '' AS site, period FROM registry_survival)"
RESIDENCE: Final = (
    "(SELECT id, resident_id, 'moved' AS category, unit_id AS site, period FROM registry_residence)"
)
_SINCE: Final = "coalesce(w.since, %(as_of)s::date)"
_DOES: Final = "w.roster_id = %(roster)s AND w.effect IN ('new', 'changed')"


def clash(table: str, said: str) -> str:
    """Rows whose fact would stand beside another of the person; `said` is what that one is called."""
    return f"""
SELECT DISTINCT ON (w.id) w.id, 'overlaps' AS reason,
    {said} || '（' || lower(s.period) || ' 起），与名册的日期重叠，请先在个人页更正或终止那一条' AS sentence
FROM rosters_row w JOIN {table} s ON s.resident_id = w.resident_id AND s.id IS DISTINCT FROM w.before_id
    AND s.period && daterange({_SINCE}, w.ended_on + 1)
WHERE {_DOES} ORDER BY w.id, s.period
"""


SCHOOLING_CLASH: Final = clash("registry_schooling", "'登记以后另有就读记录'")
SURVIVAL_CLASH: Final = clash(
    "registry_survival", "CASE s.status WHEN 'imprisoned' THEN '登记为服刑' WHEN 'missing' THEN '登记为失踪' WHEN 'enlisted' "
    "THEN '登记为参军' ELSE '登记另有死亡' END",
)  # fmt: skip
RESIDENCE_CLASH: Final = clash("registry_residence", "'登记以后另有迁移'")
#: A death that is registered on another day, and one later than the day the list speaks of.
DEATH_QUESTIONS: Final = (
    f"""
SELECT w.id, 'died_otherwise' AS reason,
    '登记的死亡日期是 ' || lower(s.period) || '，与名册不同，请核对死亡证明' AS sentence
FROM rosters_row w JOIN registry_survival s ON s.id = w.before_id WHERE {_DOES} AND w.effect = 'changed'
""",
    f"""
SELECT w.id, 'after_list' AS reason, '死亡日期晚于名册日期，请核对是否录错' AS sentence
FROM rosters_row w WHERE {_DOES} AND w.recognised_on > %(as_of)s::date
""",
)
#: A living member of a household, registered elsewhere than a row says, whom no row moves to the same place.
_STAYS: Final = f"""
FROM rosters_row w JOIN registry_membership s ON s.resident_id = w.resident_id AND s.period @> {_SINCE}
JOIN registry_household h ON h.id = s.household_id AND h.unit_id <> w.site
JOIN registry_membership o ON o.household_id = h.id AND o.period @> {_SINCE}
JOIN registry_resident r ON r.id = o.resident_id AND r.merged_into_id IS NULL AND r.unit_id <> w.site
WHERE NOT EXISTS (SELECT FROM rosters_row v WHERE v.resident_id = o.resident_id AND v.site = w.site AND {works("v")})
    AND NOT EXISTS (SELECT FROM registry_survival d WHERE d.resident_id = o.resident_id AND d.status = 'died'
        AND d.period @> {_SINCE})
"""
MOVE_QUESTIONS: Final = (
    f"""
SELECT DISTINCT ON (w.id) w.id, 'part_of_household' AS reason,
    '名册没有列同户的' || left(r.name, 1) || repeat('*', length(r.name) - 1) || '。整户迁的请补全；只迁一部分人的请在个人页办理迁移或分户，这一行选“不采用”'
    AS sentence
{_STAYS} AND {_DOES} AND o.resident_id <> w.resident_id ORDER BY w.id, r.name
""",
)
#: How many households would be torn apart.
TORN: Final = f"SELECT count(DISTINCT h.id) {_STAYS} AND {WORKS}"

STUDY_ENDS: Final = ends("registry_schooling", "(b.stage, b.school) <> (w.category, w.site)")
STUDY_STARTS: Final = starts("registry_schooling", "h.stage = w.category AND h.school = w.site")
STUDY_NEW: Final = f"""
INSERT INTO registry_schooling (id, resident_id, stage, school, period)
SELECT gen_random_uuid(), w.resident_id, w.category, w.site, daterange({_SINCE}, w.ended_on + 1)
FROM rosters_row w LEFT JOIN registry_schooling b ON b.id = w.before_id
WHERE {WORKS} AND (w.effect = 'new' OR w.effect = 'changed' AND (b.stage, b.school) <> (w.category, w.site))
"""


def _edges(deed: str) -> str:
    """The ways of a deed in the graph of enrolments, as rows."""
    ways = ", ".join(
        f"('{way.from_state}', '{way.to_state}', '{way.kind}')" for way in EDGES if way.deed == deed
    )
    return f"(VALUES {ways}) way(from_state, to_state, kind)"


DEATHS_STARTS: Final = starts("registry_survival", "h.status = w.category")
DEATHS_NEW: Final = f"""
INSERT INTO registry_survival (id, resident_id, status, evidence, period)
SELECT gen_random_uuid(), w.resident_id, w.category, %(evidence)s || '第 ' || w.number || ' 行', daterange({_SINCE}, NULL)
FROM rosters_row w WHERE {WORKS} AND w.effect = 'new'
"""
#: A death ends the enrolment, as `registry.actions.record_survival` says of one person (N-11).
DEATHS_END_ENROLMENTS: Final = f"""
WITH dead AS (
    UPDATE registry_resident r SET state = d.to_state FROM (
        SELECT w.resident_id, {_SINCE} AS died_on, way.* FROM rosters_row w JOIN registry_resident o ON o.id = w.resident_id
        JOIN {_edges("terminate")} ON way.from_state = o.state WHERE {WORKS} AND w.effect = 'new'
    ) d WHERE r.id = d.resident_id RETURNING d.*
)
INSERT INTO registry_change (id, resident_id, kind, from_state, to_state, "on", reason)
SELECT gen_random_uuid(), resident_id, kind, from_state, to_state, died_on, '死亡' FROM dead
"""
MOVES_ENDS: Final = ends("registry_residence", "b.unit_id <> w.site")
MOVES_NEW: Final = f"""
INSERT INTO registry_residence (id, resident_id, unit_id, basis, hukou_place, period)
SELECT gen_random_uuid(), w.resident_id, w.site, 'hukou', u.name, daterange({_SINCE}, NULL)
FROM rosters_row w JOIN registry_unit u ON u.code = w.site WHERE {WORKS} AND w.effect IN ('new', 'changed')
"""
#: Where people and whole households are managed follows, as `registry.actions.move_household` says of one.
MOVES_PEOPLE: Final = f"""
WITH moved AS (
    SELECT w.resident_id, w.site, {_SINCE} AS moved_on, r.unit_id AS from_unit, r.state
    FROM rosters_row w JOIN registry_resident r ON r.id = w.resident_id
    WHERE {WORKS} AND w.effect IN ('new', 'changed') AND r.unit_id <> w.site
), told AS (
    INSERT INTO registry_change (id, resident_id, kind, from_state, to_state, "on", reason)
    SELECT gen_random_uuid(), m.resident_id, way.kind, way.from_state, way.to_state, m.moved_on,
        '由 ' || m.from_unit || ' 转入 ' || m.site
    FROM moved m JOIN {_edges("move")} ON way.from_state = m.state
)
UPDATE registry_resident r SET unit_id = m.site FROM moved m WHERE r.id = m.resident_id
"""
MOVES_HOUSEHOLDS: Final = f"""
UPDATE registry_household h SET unit_id = m.site FROM (
    SELECT DISTINCT s.household_id, w.site FROM rosters_row w
    JOIN registry_membership s ON s.resident_id = w.resident_id AND s.period @> {_SINCE}
    WHERE {WORKS} AND w.effect IN ('new', 'changed')
) m WHERE h.id = m.household_id AND h.unit_id <> m.site
"""
