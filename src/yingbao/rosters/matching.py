"""Rows of a list against the registry, all at once, in the database.

By ID number first. Where a row has none that fits, by name and birth within the region, with a score to which household
number and head add; such a match is only ever a suggestion, and two or more are never chosen between. Then each person
is held against the classes they have, in `EFFECT`: the same is nothing, another of the same kind a change, none is new.
A full list ends what it does not name.
"""

from __future__ import annotations

from typing import Any, Final

#: Scores: by number; by name and birth date alone; what the same household number and the same head add.
BY_NUMBER, BY_NAME_AND_BIRTH, SAME_HOUSEHOLD, SAME_HEAD = 100, 60, 20, 15

#: What the sheet says, and then what the register says of whoever has the number (`FOUND`).
COLUMNS: Final = (
    ("place", "int4"), ("sheet", "text"), ("number", "int4"), ("name", "text"), ("document_sealed", "bytea"),
    ("document_key", "bytea"), ("birth_date", "date"), ("written", "text"), ("category", "text"),
    ("recognised_on", "date"), ("ended_on", "date"), ("reason", "text"), ("sentence", "text"), ("household", "text"),
    ("head", "text"), ("site", "text"),
)  # fmt: skip
FOUND: Final = (("resident_id", "uuid"), ("born", "date"), ("said", "int8"), ("called_otherwise", "int4"))
TEMPORARY: Final = (
    "asked", "matched", "listed", "candidates", "held", "died", "again", "elsewhere", "others", "kin", "region_held",
    "region_died", "twice", "gone",
)  # fmt: skip
#: Of the chunk being compared; emptied for the next.
_OF_CHUNK: Final = "held, died, elsewhere"
_MATCHED: Final = "CREATE TEMP TABLE matched () INHERITS (listed) ON COMMIT DROP"
_SAID: Final = "hash_record_extended(ROW(r.id, r.name, r.merged_into_id, r.document_key), 1)"
#: A list is compared a chunk at a time, each while the next is being read, as though nobody stood in it twice. `matched`
#: is the chunk with who each row is (`said` stands for their record in the basis); it is part of `listed`, all chunks.
TABLES = f"""
CREATE TEMP TABLE listed ({", ".join(f"{name} {kind}" for name, kind in (*COLUMNS, *FOUND))},
    candidates int4 DEFAULT 0, score int4 DEFAULT {BY_NUMBER}) ON COMMIT DROP;
{_MATCHED};
CREATE TEMP TABLE candidates (place int4, resident_id uuid, score int4) ON COMMIT DROP;
CREATE TEMP TABLE held (id uuid, resident_id uuid, category text, site text, period daterange) ON COMMIT DROP;
CREATE TEMP TABLE died (resident_id uuid, died_on date) ON COMMIT DROP;
CREATE TEMP TABLE again (place int4, same_number int4, other_number int4, gone bool) ON COMMIT DROP;
CREATE TEMP TABLE elsewhere (place int4, sender text, number int4, named bool, classed bool) ON COMMIT DROP;
CREATE TEMP TABLE twice (id uuid) ON COMMIT DROP;
CREATE TEMP TABLE gone (id uuid) ON COMMIT DROP
"""
NEXT: Final = f"ALTER TABLE matched RENAME TO matched_{{number}}; {_MATCHED}; TRUNCATE {_OF_CHUNK}"
#: Classes of one kind of which a person can hold one at a time: 农村低保一类 and 农村低保三类, not 低保 and 农村低保.
KIN = """
CREATE TEMP TABLE kin ON COMMIT DROP AS SELECT * FROM unnest(%(kin_a)s::text[], %(kin_b)s::text[]) AS k(category, other)
"""
#: Rows of other lists of the same month: another department's, or another of this sender's not applied yet.
OTHERS = """
CREATE TEMP TABLE others ON COMMIT DROP AS
SELECT t.sender, t.as_of, o.document_key, o.number, o.name, o.category, o.site, o.ended_on
FROM rosters_roster t JOIN rosters_row o ON o.roster_id = t.id AND o.sheet <> '' AND o.decision <> 'dropped'
WHERE t.id <> %(roster)s AND t.unit_code = %(unit)s AND date_trunc('month', t.as_of) = date_trunc('month', %(as_of)s::date)
    AND (t.sender <> %(sender)s AND t.state IN ('checked', 'submitted', 'applied') OR t.state IN ('checked', 'submitted'))
"""
_HOLDINGS_OF: Final = """
SELECT h.id, h.resident_id, h.category, h.site, h.period FROM registry_holding h
WHERE NOT isempty(h.period) AND h.category = ANY(%(kinds)s)
"""
_DEATHS_OF: Final = (
    "SELECT resident_id, min(lower(period)) AS died_on FROM registry_survival WHERE status = 'died'"
)
_CHUNKS: Final = "resident_id IN (SELECT resident_id FROM matched)"
#: For a long list, everybody's classes and deaths are looked up once; for a short one, only those of its people.
REGION = (
    f"CREATE TEMP TABLE region_held ON COMMIT DROP AS {_HOLDINGS_OF}",
    f"CREATE TEMP TABLE region_died ON COMMIT DROP AS {_DEATHS_OF} GROUP BY 1",
)
#: The classes the people of the chunk hold or will hold, and when those who died did.
HELD_LONG = (
    f"INSERT INTO held SELECT * FROM region_held WHERE {_CHUNKS}",
    f"INSERT INTO died SELECT * FROM region_died WHERE {_CHUNKS}",
)
HELD_SHORT = (
    f"INSERT INTO held {_HOLDINGS_OF} AND h.{_CHUNKS}",
    f"INSERT INTO died {_DEATHS_OF} AND {_CHUNKS} GROUP BY 1",
)
#: Numbers to be looked up, on whatever connection.
ASKED: Final = "CREATE TEMP TABLE asked (place int4, document_key bytea) ON COMMIT DROP"
#: No name holds it.
BETWEEN: Final = "\x1f"
#: Whose each number is: 32 bytes a person, and the names in the same order. Each looked up by itself in the index: what it
#: costs hardly depends on how many people there are, and row policies keep the planner from knowing.
KNOWN: Final = f"""
SELECT string_agg(int4send(w.place) || uuid_send(r.id) || date_send(r.birth_date) || int8send(r.said), ''::bytea),
    string_agg(r.name, '{BETWEEN}')
FROM asked w CROSS JOIN LATERAL (
    SELECT r.id, r.name, r.birth_date, {_SAID} AS said FROM registry_resident r
    WHERE r.document_key = w.document_key AND r.merged_into_id IS NULL OFFSET 0
) r
"""
#: Rows without a number that fits: who has that name and birth date, and how well the household agrees.
CANDIDATES = """
INSERT INTO candidates
SELECT w.place, r.id AS resident_id, max(%(by_name)s
    + CASE WHEN w.household <> '' AND h.number = w.household THEN %(same_household)s ELSE 0 END
    + CASE WHEN w.head <> '' AND head.name = w.head THEN %(same_head)s ELSE 0 END) AS score
FROM matched w
JOIN registry_resident r ON r.name = w.name AND r.birth_date = w.birth_date AND r.merged_into_id IS NULL
LEFT JOIN registry_membership m ON m.resident_id = r.id AND m.period @> %(as_of)s::date
LEFT JOIN registry_household h ON h.id = m.household_id
LEFT JOIN registry_membership hm ON hm.household_id = m.household_id AND hm.relation = '02' AND hm.period @> %(as_of)s::date
LEFT JOIN registry_resident head ON head.id = hm.resident_id
WHERE w.resident_id IS NULL AND w.birth_date IS NOT NULL AND (w.reason = '' OR starts_with(w.reason, 'id_'))
GROUP BY w.place, r.id
"""
SUGGEST = """
UPDATE matched m SET resident_id = CASE WHEN c.how_many = 1 THEN c.one END, candidates = c.how_many, score = c.best
FROM (SELECT place, min(resident_id::text)::uuid AS one, count(*) AS how_many, max(score) AS best FROM candidates GROUP BY 1) c
WHERE c.place = m.place
"""
#: What another list of the same month says otherwise.
ELSEWHERE = """
INSERT INTO elsewhere
SELECT m.place, min(o.sender), min(o.number), bool_or(o.name <> m.name), bool_or((o.category, o.site) <> (m.category, m.site))
FROM others o JOIN matched m ON m.document_key = o.document_key AND m.reason = ''
WHERE o.name <> m.name
    OR (o.category, o.site) <> (m.category, m.site) AND EXISTS (SELECT FROM kin k WHERE k.category = m.category AND k.other = o.category)
    OR o.category = m.category AND coalesce(o.ended_on < o.as_of, false) <> coalesce(m.ended_on < %(as_of)s::date, false)
GROUP BY m.place
"""
_BY_NAME: Final = "candidates JOIN listed m USING (place)"
#: Who stands in more than one row by number.
TWICE: Final = "INSERT INTO twice SELECT unnest(%(twice)s::uuid[])"
#: Whether any row may mean somebody of several.
DOUBTFUL: Final = "SELECT EXISTS (SELECT FROM candidates)"
#: Those found by name whom another row means too.
TWICE_BY_NAME: Final = f"""
INSERT INTO twice SELECT m.resident_id FROM {_BY_NAME} JOIN listed o ON o.resident_id = m.resident_id AND o.place <> m.place
"""
#: Whether anybody stands in several rows.
SEVERAL: Final = "SELECT EXISTS (SELECT FROM twice)"
#: Those who stand in the list more than once are compared anew, all their rows together.
TOGETHER = """
INSERT INTO matched SELECT * FROM listed WHERE resident_id IN (SELECT id FROM twice) ORDER BY place
"""
#: On days that meet in the same class or in two that exclude each other (both are asked about), or recognised again
#: after an end that the list says too (`gone`).
AGAIN = """
INSERT INTO again
WITH twice AS (SELECT *, daterange(recognised_on, ended_on + 1) AS days FROM matched WHERE reason = '')
SELECT m.place,
    min(e.number) FILTER (WHERE e.place < m.place AND (e.category, e.site) = (m.category, m.site) AND e.days && m.days),
    min(e.number) FILTER (WHERE e.place < m.place AND e.days && m.days
        AND EXISTS (SELECT FROM kin k WHERE k.category = m.category AND k.other = e.category)),
    bool_or(e.category = m.category AND e.ended_on < m.recognised_on)
FROM twice m JOIN twice e ON e.resident_id = m.resident_id AND e.place <> m.place
GROUP BY m.place
"""
#: What a row does to a person. `h`: the same class now or to come; `x`: one that excludes it; `p`: the same, and over.
#: Offices keep the day of the first recognition when only the grade changes: a day before the other class began says
#: nothing of the change, which then counts from the list's day.
EFFECT = """
    CASE WHEN m.resident_id IS NULL OR m.category = '' THEN 'none'
        WHEN m.ended_on < %(as_of)s::date THEN CASE WHEN h.id IS NULL THEN 'none' ELSE 'ended' END
        WHEN h.id IS NOT NULL AND (m.recognised_on IS NULL OR m.recognised_on = lower(h.period))
            AND (m.ended_on IS NULL OR m.ended_on + 1 = upper(h.period)) THEN 'none'
        WHEN h.id IS NOT NULL OR x.id IS NOT NULL THEN 'changed'
        ELSE 'new' END AS effect,
    coalesce(h.id, x.id) AS before_id, h.id IS NULL AND upper(p.period) > coalesce(m.recognised_on, '-infinity') AS over,
    greatest(CASE
        WHEN h.id IS NULL AND x.id IS NOT NULL AND coalesce(m.recognised_on, '-infinity') <= lower(x.period) THEN %(as_of)s::date
        WHEN m.recognised_on IS NULL AND m.category = ANY(%(listed)s) THEN %(as_of)s::date
        ELSE m.recognised_on END, upper(p.period)) AS since
"""
#: Joins of EFFECT for all rows of a list at once.
_HOLDINGS = """
LEFT JOIN (
    SELECT DISTINCT ON (resident_id, category) * FROM held WHERE upper_inf(period) OR upper(period) > %(as_of)s::date
    ORDER BY resident_id, category, period
) h ON h.resident_id = m.resident_id AND h.category = m.category AND (m.site = '' OR h.site = m.site) AND a.gone IS NOT TRUE
LEFT JOIN (
    SELECT DISTINCT ON (x.resident_id, k.category) x.id, x.resident_id, x.period, k.category FROM held x JOIN kin k ON k.other = x.category
    WHERE x.period @> %(as_of)s::date AND NOT EXISTS (SELECT FROM matched t WHERE t.resident_id = x.resident_id
        AND t.category = x.category AND t.site = x.site AND t.reason = '') ORDER BY x.resident_id, k.category, x.id
) x ON x.resident_id = m.resident_id AND x.category = m.category
LEFT JOIN (
    SELECT DISTINCT ON (resident_id, category) * FROM held WHERE upper(period) <= %(as_of)s::date
    ORDER BY resident_id, category, period DESC
) p ON p.resident_id = m.resident_id AND p.category = m.category
"""
#: What each row of `matched` comes to.
_JUDGED = f"""
WITH compared AS (
    SELECT m.*, a.same_number, a.other_number, e.sender AS their_sender, e.number AS their_number, e.named, e.classed,
        s.died_on, {EFFECT}
    FROM matched m LEFT JOIN again a USING (place) LEFT JOIN elsewhere e USING (place) {_HOLDINGS}
    LEFT JOIN died s ON s.resident_id = m.resident_id OFFSET 0
), judged AS (
    SELECT c.*, CASE
        WHEN c.reason <> '' THEN c.reason
        WHEN c.candidates > 1 THEN 'several_persons'
        WHEN c.candidates = 1 THEN 'matched_by_name'
        WHEN c.resident_id IS NULL THEN 'person_unknown'
        WHEN c.called_otherwise = 1 THEN 'name_differs'
        WHEN c.same_number IS NOT NULL THEN 'duplicate'
        WHEN c.other_number IS NOT NULL THEN 'two_classes'
        WHEN c.recognised_on < c.born THEN 'before_birth'
        WHEN c.died_on <= %(as_of)s::date AND c.ended_on IS NULL THEN 'died'
        WHEN c.their_number IS NOT NULL THEN 'other_list'
        WHEN c.over AND c.effect IN ('new', 'changed') THEN 'ended_before'
        ELSE '' END AS why
    FROM compared c OFFSET 0
)
SELECT %(roster)s::uuid, j.sheet, j.number, j.name, j.document_sealed, j.document_key, j.written, j.category, j.site,
    j.recognised_on, j.ended_on, j.since,
    CASE WHEN j.reason <> '' THEN 'unreadable'
        WHEN j.why = 'person_unknown' THEN 'person_unknown'
        WHEN j.why IN ('several_persons', 'matched_by_name') THEN 'several_persons'
        WHEN j.why <> '' THEN 'contradicts'
        WHEN j.effect = 'none' THEN 'unchanged' ELSE j.effect END,
    j.effect, j.why,
    CASE j.why WHEN '' THEN CASE WHEN j.effect = 'new' AND j.recognised_on IS NULL AND j.since IS NOT NULL
            THEN '没有写认定时间，上期没有列，从名册日期起算'
            WHEN j.effect = 'changed' AND j.recognised_on < j.since THEN '认定时间不晚于原类别的起期，新类别从名册日期起算'
            ELSE '' END
        WHEN j.reason THEN j.sentence
        WHEN 'person_unknown' THEN '身份证号不在居民库中，请核对号码；确是本地居民的先办理参保登记'
        WHEN 'name_differs' THEN '身份证号对应的居民姓名与名册不同，请核对是否填错了号码'
        WHEN 'matched_by_name' THEN '身份证号不在居民库中，有一位同名同出生日期的居民，请核对是不是同一人'
        WHEN 'several_persons' THEN '身份证号不在居民库中，同名同出生日期的居民有 ' || j.candidates || ' 位，请指定是哪一位'
        WHEN 'duplicate' THEN '与第 ' || j.same_number || ' 行重复（同一人同一类别），请删去其中一行'
        WHEN 'two_classes' THEN '同一人在第 ' || j.other_number || ' 行列为另一类别，两类不能同时有，请核对'
        WHEN 'before_birth' THEN '认定时间早于出生日期 ' || j.born || '，请核对'
        WHEN 'died' THEN '登记为已死亡（' || j.died_on || '），请核对'
        WHEN 'ended_before' THEN '登记里这一类别已于 ' || (j.since - 1) || ' 终止，名册的认定时间更早，请核对是否重新认定'
        WHEN 'other_list' THEN '本月另一份名册（' || coalesce(%(names)s::jsonb ->> j.their_sender, j.their_sender) || '，第 '
            || j.their_number || ' 行）' || CASE WHEN j.named THEN '同一号码写作另一姓名' WHEN j.classed THEN '列为另一类别'
            ELSE '对此人是否终止写法不同' END || '，请先核对'
        ELSE '' END,
    j.resident_id, j.resident_id, CASE WHEN j.resident_id IS NULL AND j.candidates = 0 THEN 0 ELSE j.score END,
    j.before_id, '', ''
FROM judged j ORDER BY j.place
"""
_COLUMNS: Final = (
    "roster_id, sheet, number, name, document_sealed, document_key, written, category, site, recognised_on, ended_on, since, "
    "outcome, effect, reason, sentence, resident_id, compared_id, score, before_id, decision, decided_by_name"
)
OUTCOME = f"INSERT INTO rosters_row ({_COLUMNS}) {_JUDGED}"
#: The rows of those who stand in the list more than once, put right.
OUTCOME_TOGETHER = f"""
UPDATE rosters_row w SET since = j.since, outcome = j.outcome, effect = j.effect, reason = j.reason, sentence = j.sentence,
    before_id = j.before_id
FROM ({_JUDGED}) j ({_COLUMNS}) WHERE w.roster_id = j.roster_id AND w.sheet = j.sheet AND w.number = j.number
"""
#: The candidates of a row, to be picked from.
KEEP_CANDIDATES = """
INSERT INTO rosters_candidate (row_id, resident_id, score)
SELECT w.id, c.resident_id, c.score FROM candidates c JOIN listed m USING (place)
JOIN rosters_row w ON w.roster_id = %(roster)s AND w.sheet = m.sheet AND w.number = m.number
"""
#: Holdings of the sender's classes that a full list does not name. One whose holder may stand in a row nobody could
#: match is asked about, not ended.
ENDED = """
WITH written AS (
INSERT INTO rosters_row (
    roster_id, sheet, number, name, written, category, site, recognised_on, ended_on, outcome, effect, reason, sentence,
    resident_id, compared_id, score, before_id, decision, decided_by_name
)
SELECT %(roster)s, '', 0, r.name, '', h.category, h.site, lower(h.period), %(as_of)s::date - 1,
    CASE WHEN u.name IS NULL THEN 'ended' ELSE 'contradicts' END, 'ended',
    CASE WHEN u.name IS NULL THEN 'not_listed' ELSE 'maybe_listed' END,
    CASE WHEN u.name IS NOT NULL THEN '名册第 ' || u.number || ' 行姓名相同、没有对上号码，可能就是此人，请核对后再决定是否终止'
        WHEN p.resident_id IS NOT NULL THEN '上期有、本期名册没有列' ELSE '登记有、本期名册没有列' END,
    r.id, r.id, %(by_number)s, h.id, '', ''
FROM registry_holding h JOIN registry_resident r ON r.id = h.resident_id
LEFT JOIN (SELECT name, min(number) AS number FROM listed WHERE resident_id IS NULL OR candidates > 0 OR reason <> ''
    GROUP BY 1) u ON u.name = r.name
LEFT JOIN (SELECT DISTINCT resident_id FROM rosters_row WHERE roster_id = %(previous)s AND sheet <> '') p
    ON p.resident_id = h.resident_id
WHERE h.category = ANY(%(classes)s) AND h.certified_by = %(sender)s AND h.period @> %(as_of)s::date
    AND r.merged_into_id IS NULL AND starts_with(r.unit_id, %(unit)s) AND (h.site = '' OR h.site = ANY(%(sites)s))
    AND NOT EXISTS (SELECT FROM listed m WHERE m.resident_id = h.resident_id AND m.category = h.category
        AND m.site = h.site AND m.candidates = 0)
    AND NOT EXISTS (SELECT FROM rosters_row w WHERE w.roster_id = %(roster)s AND w.before_id = h.id)
RETURNING compared_id)
INSERT INTO gone SELECT compared_id FROM written
"""
#: Rows that came to something, and to which a kind of list objects: somebody must look at them.
OBJECTED: Final = """
UPDATE rosters_row t SET outcome = 'contradicts', reason = o.reason, sentence = o.sentence
FROM ({objection}) o WHERE t.id = o.id AND t.roster_id = %(roster)s AND t.outcome IN ('new', 'changed', 'ended')
"""
#: Beside the persons' records: their holdings, deaths, and the sender's holdings. `mine` are the persons.
_BASIS: Final = """
    UNION ALL SELECT hash_record_extended(ROW(h.id, h.category, h.site, h.period), 2) FROM registry_holding h
    WHERE h.resident_id IN (SELECT id FROM mine) AND NOT isempty(h.period) AND h.category = ANY(%(touched)s)
    UNION ALL SELECT hash_record_extended(ROW(s.id, s.period), 3) FROM registry_survival s
    WHERE s.resident_id IN (SELECT id FROM mine) AND s.status = 'died'
    UNION ALL SELECT hash_record_extended(ROW(h.id, h.period), 4) FROM registry_holding h WHERE %(full)s
    AND h.category = ANY(%(classes)s) AND h.certified_by = %(sender)s AND h.period @> %(as_of)s::date
    AND (h.site = '' OR h.site = ANY(%(sites)s))
"""
#: What the rows were compared with, as one number that does not depend on any order.
BASIS = f"""
WITH mine AS MATERIALIZED (SELECT DISTINCT compared_id AS id FROM rosters_row
    WHERE roster_id = %(roster)s AND compared_id IS NOT NULL)
SELECT count(*) || '.' || coalesce(bit_xor(said), 0) FROM (
    SELECT {_SAID} AS said FROM registry_resident r WHERE r.id IN (SELECT id FROM mine)
    {_BASIS}
    UNION ALL SELECT hash_record_extended(ROW(r.id, w.id), 5) FROM registry_resident r JOIN rosters_row w
    ON w.roster_id = %(roster)s AND w.compared_id IS NULL AND w.document_key = r.document_key WHERE r.merged_into_id IS NULL
) basis
"""
#: The same while the list is compared: records are as they were when the row was matched (`met` of them, together
#: `met_said`), and numbers of which nobody was found have nobody yet.
BASIS_COMPARED = f"""
WITH further AS MATERIALIZED (
    SELECT id FROM (SELECT m.resident_id AS id FROM {_BY_NAME} UNION SELECT id FROM gone) f
    WHERE id IS NOT NULL AND NOT EXISTS (SELECT FROM listed m WHERE m.resident_id = f.id AND m.said IS NOT NULL)
), mine AS NOT MATERIALIZED (
    SELECT resident_id AS id FROM listed WHERE said IS NOT NULL UNION ALL SELECT id FROM further
)
SELECT count(*) + %(met)s || '.' || (coalesce(bit_xor(said), 0) # %(met_said)s) FROM (
    SELECT {_SAID} AS said FROM registry_resident r WHERE r.id IN (SELECT id FROM further)
    {_BASIS}
) basis
"""


def run(cursor: Any, statement: str, values: dict[str, Any]) -> int:
    """Run one of the statements above; returns how many rows it wrote."""
    cursor.execute(statement, values)
    return int(cursor.rowcount)
