"""The rules over a snapshot, part by part, and what has changed against the bills people have. Files in, files out."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import duckdb
import numpy as np
import pyarrow as pa

from yingbao.billing.numbering import numbers
from yingbao.billing.policies import Part
from yingbao.billing.words import class_sql
from yingbao.bulk import assess_file
from yingbao.kernel.ids import uuid7_block
from yingbao.policy.schema.rules import PAYERS

#: Columns of an answer that stand on a bill, and whether they are text (text is never NULL there).
ANSWER: Final = {
    "outcome": True, "reason": True, "missing": True, "standard_fen": False, "due_fen": False, "delivery": True,
    "benefit_start": False, "benefit_end": False, "waiting_days": False, "window_rule": True, "price_rule": True,
    "subsidy_rules": True, "cover_rule": True, "waiting_rule": True, "fiscal": False, "release_digest": True,
}  # fmt: skip
PAID_FEN: Final = tuple(f"{payer}_fen" for payer in PAYERS)
#: Columns of the file of new bills, in order; `supersedes` is the bill to be superseded.
NEW: Final = (
    "id", "number", "resident_id", "unit_code", "category", *ANSWER, *PAID_FEN, "fingerprint", "supersedes"
)  # fmt: skip
_CURRENT: Final = (
    "{'id': 'UUID', 'resident_id': 'UUID', 'state': 'VARCHAR', 'fingerprint': 'UUID', 'paid_on': 'DATE', "
    "'benefit_start': 'DATE', 'has_transfer': 'BOOLEAN'}"
)


@dataclass(frozen=True, slots=True)
class Answers:
    """What was answered: files of bills to write, bills to close and transfers; and how many bills are new."""

    outcomes: dict[str, int]
    new: int
    folder: Path

    @property
    def people(self) -> int:
        """How many were answered for."""
        return sum(self.outcomes.values())

    def new_csv(self, benefit_year: int, region: str, first: int) -> Path:
        """The bills to write, columns `NEW`, numbered from `first` on."""
        path = self.folder / "new.csv"
        db = duckdb.connect()
        try:
            db.execute("SET threads = 2")
            given = numbers(benefit_year, region, first, self.new)
            places = pa.array(np.arange(1, self.new + 1))
            db.register("fresh", pa.table({"place": places, "id": _ids(self.new), "number": given}))
            listed = ", ".join(f"f.{name}" if name in ("id", "number") else f"n.{name}" for name in NEW)
            db.execute(
                f"COPY (SELECT {listed} FROM read_parquet('{self.folder / 'new.parquet'}') n JOIN fresh f USING (place)) "
                f"TO '{path}' (FORMAT csv, HEADER false)"
            )
        finally:
            db.close()
        return path

    @property
    def gone_csv(self) -> Path:
        """Ids of bills whose person is no longer registered here."""
        return self.folder / "gone.csv"

    @property
    def transfers_csv(self) -> Path:
        """Paid bill, resident, unit, fen, month, class, release digest."""
        return self.folder / "transfers.csv"


def answer_all(parts: tuple[Part, ...], folder: Path, *, on: date) -> Answers:
    """Answer for everybody of `snapshot.parquet`, and compare with `current.csv`.

    Who has paid or is declared is answered for the day of that, all others for `on`.
    """
    db = duckdb.connect()
    try:
        db.execute("SET threads = 2")
        db.execute(
            f"CREATE TABLE current AS SELECT * FROM read_csv('{folder / 'current.csv'}', header = false, auto_detect = false, columns = {_CURRENT})"
        )
        [(paid,)] = db.execute("SELECT count(*) FROM current WHERE paid_on IS NOT NULL").fetchall()
        db.execute(
            "CREATE TABLE terminated AS SELECT * FROM "
            f"read_csv('{folder / 'terminated.csv'}', header = false, auto_detect = false, columns = {{'resident_id': 'UUID'}})"
        )
        looks = []
        for number, part in enumerate(parts):
            for who in ("owing", "paid") if paid else ("owing",):
                file = folder / f"{number}-{who}.parquet"
                if not _cut(db, folder, file, parts, number, who if paid else ""):
                    continue
                answers = folder / f"{number}-{who}-answers.parquet"
                assess_file(part.policy, file, answers, on=on if who == "owing" else None)
                looks.append(_look(part, file, answers, on))
        new = _compare(db, looks, folder, on)
        outcomes = dict(db.execute("SELECT outcome, count(*) FROM answered GROUP BY 1 ORDER BY 1").fetchall())
        return Answers(outcomes, new, folder)
    finally:
        db.close()


def _cut(db: Any, folder: Path, file: Path, parts: tuple[Part, ...], number: int, who: str) -> int:
    """The people of one part, those who have paid or are declared apart with their day. Returns how many; the whole is not copied."""
    narrower = [p.unit_code for p in parts[number + 1 :] if p.unit_code.startswith(parts[number].unit_code)]
    whole = folder / "snapshot.parquet"
    if not narrower and not number and not who:
        file.symlink_to(whole)
        return 1
    tests = [f"starts_with(s.unit_code, '{parts[number].unit_code}')"]
    tests += [f"NOT starts_with(s.unit_code, '{code}')" for code in narrower]
    join, more = "", ""
    if who == "paid":
        join, more = (
            "JOIN current c ON c.paid_on IS NOT NULL AND c.resident_id = CAST(s.person_id AS UUID)",
            ", c.paid_on",
        )
    elif who == "owing":
        tests.append(
            "NOT EXISTS (SELECT 1 FROM current c WHERE c.paid_on IS NOT NULL AND c.resident_id = CAST(s.person_id AS UUID))"
        )
    sql = f"SELECT s.*{more} FROM read_parquet('{whole}') s {join} WHERE {' AND '.join(tests)}"
    [(count,)] = db.execute(f"COPY ({sql}) TO '{file}' (FORMAT parquet)").fetchall()
    return int(count)


def _look(part: Part, snapshot: Path, answers: Path, on: date) -> str:
    """SQL of one part's answers as bills would be written, each with a fingerprint over all of it."""
    kept = ", ".join(
        f"coalesce(CAST(a.{name} AS VARCHAR), '') AS {name}" if text else f"a.{name}"
        for name, text in ANSWER.items()
    )
    payers = ", ".join(f"a.{name}" for name in PAID_FEN)
    read = (
        f"SELECT CAST(a.person_id AS UUID) AS resident_id, s.unit_code, {class_sql(part.policy, on)} AS category, {kept}, "
        f"{payers}, a.transfer_fen, a.transfer_month "
        f"FROM read_parquet('{answers}') a JOIN read_parquet('{snapshot}') s USING (person_id) "
        "WHERE CAST(a.person_id AS UUID) NOT IN (SELECT resident_id FROM terminated)"
    )
    # one text of all of it: text columns are never NULL, so an empty place is told from an empty word by its column
    whole = ", ".join(
        f"coalesce(CAST({n} AS VARCHAR), '')" for n in ("unit_code", "category", *ANSWER, *PAID_FEN)
    )
    return f"SELECT *, md5(concat_ws(chr(31), {whole})) AS fingerprint FROM ({read})"


def _compare(db: Any, looks: list[str], folder: Path, on: date) -> int:
    """New bills, bills without a person, and transfers, each as a file. Returns the number of new bills.

    A bill that is paid or declared stands; a declared one goes with an enrolment that ended before its cover began (N-01).
    """
    goes = (
        f"(c.state = 'open' OR c.state = 'declared' AND c.benefit_start > DATE '{on}' "
        "AND c.resident_id IN (SELECT resident_id FROM terminated))"
    )
    if not looks:  # nobody is registered here
        db.execute("CREATE TABLE answered (outcome VARCHAR)")
        db.execute(
            f"COPY (SELECT id FROM current c WHERE {goes}) TO '{folder / 'gone.csv'}' (FORMAT csv, HEADER false)"
        )
        (folder / "transfers.csv").touch()
        return 0
    db.execute("CREATE TABLE answered AS " + " UNION ALL ".join(looks))
    listed = ", ".join(f"a.{name}" for name in NEW[2:-2])
    [(new,)] = db.execute(
        f"COPY (SELECT {listed}, a.fingerprint, c.id AS supersedes, row_number() OVER (ORDER BY a.unit_code, a.resident_id) "
        "AS place FROM answered a LEFT JOIN current c USING (resident_id) WHERE c.id IS NULL "
        "OR (c.state = 'open' AND c.fingerprint <> CAST(a.fingerprint AS UUID))) "
        f"TO '{folder / 'new.parquet'}' (FORMAT parquet)"
    ).fetchall()
    db.execute(
        "COPY (SELECT c.id FROM current c ANTI JOIN answered a USING (resident_id) WHERE "
        f"{goes}) TO '{folder / 'gone.csv'}' (FORMAT csv, HEADER false)"
    )
    db.execute(
        "COPY (SELECT c.id, a.resident_id, a.unit_code, a.transfer_fen, a.transfer_month, a.category, a.release_digest "
        "FROM answered a JOIN current c USING (resident_id) WHERE c.state = 'paid' AND a.transfer_fen > 0 "
        f"AND NOT c.has_transfer) TO '{folder / 'transfers.csv'}' (FORMAT csv, HEADER false)"
    )
    return int(new)


def _ids(count: int) -> Any:
    """Ordered ids as an Arrow column of text."""
    block = uuid7_block(count, time.time_ns() // 1_000_000)
    return pa.array(np.frombuffer(block.hex().encode(), dtype="S32").astype("U32"))
