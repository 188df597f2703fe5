"""A department's list of a hundred thousand rows: from .xlsx to outcomes beside only reading it, and applied.

The database is a cluster of its own with synchronous writing off; the people of the sample population are copied into the
registry with what the comparison looks at (number, name, birth, unit).
"""

from __future__ import annotations

import atexit
import os
import sys
import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pyarrow.compute as pc
import pyarrow.parquet as pq
import xlsxwriter
from python_calamine import CalamineWorkbook

from benchmarks.trial import ROOT, STORE, Figure, Spent, in_turn, peak_mib, population, rows_or, say, timed
from yingbao.policy import load_release

REGION, YEAR = "620721", 2024
PEOPLE, SMALL, LISTED, CHANGED = 735_000, 30_000, 100_000, 1_000
AS_OF, LATER = date(2023, 11, 1), date(2023, 12, 1)
HEAD = (
    "序号",
    "乡镇",
    "户编号",
    "户主姓名",
    "姓名",
    "性别",
    "身份证号",
    "救助类别",
    "认定时间",
    "终止时间",
    "联系电话",
    "备注",
)
CLASSES = ("农村低保一类", "农低二类", "三类低保", "D类")


def measure(name: str) -> Figure:
    """`rosters`: to outcomes beside reading. `rosters-apply`: applied beside its reading. `rosters-scale`: many people."""
    people = rows_or(PEOPLE)
    listed = min(LISTED, people)
    small = min(SMALL, people)
    with _Registry(people) as registry:
        path = registry.workbook(listed, 0)
        spent = in_turn(
            reading=lambda: timed(lambda: _only_read(path)), outcomes=lambda: registry.compared(path)
        )
        ours, calamine = spent["outcomes"], spent["reading"]
        say(f"  to outcomes {ours.wall:.2f} s, only read {calamine.wall:.2f} s")
        if name == "rosters":
            return Figure(
                name=name, value=listed / ours.wall, unit="rows/s", ratio=calamine.wall / ours.wall,
                against="python-calamine reading the same workbook", bar=0.4, better="higher", rows=listed,
                peak_mib=peak_mib(), extra={"cpu_ratio": calamine.cpu / ours.cpu, "people": people},
            )  # fmt: skip
        if name == "rosters-apply":
            registry.applied(path, AS_OF)
            changed = registry.workbook(listed, CHANGED)
            again = registry.hand_in(changed, LATER)
            applying = timed(lambda: registry.apply(again))
            say(f"  applied with {CHANGED} changes {applying.wall:.2f} s")
            return Figure(
                name=name, value=applying.wall, unit="s", ratio=applying.wall / ours.wall,
                against="the same list from .xlsx to outcomes", bar=3.0, better="lower", rows=listed,
                peak_mib=peak_mib(), extra={"people": people, "changes": CHANGED},
            )  # fmt: skip
    few = _few(small)
    per_row, per_row_few = ours.wall / listed, few.wall / small
    return Figure(
        name=name, value=per_row * 1e6, unit="µs/row", ratio=per_row / per_row_few,
        against=f"a list of everybody among {small:,} people", bar=1.3, better="lower", rows=listed, peak_mib=peak_mib(),
        extra={"people": people, "few_us_per_row": per_row_few * 1e6},
    )  # fmt: skip


def _few(people: int) -> Spent:
    with _Registry(people) as registry:
        path = registry.workbook(people, 0)
        return Spent.median([registry.compared(path) for _ in range(3)])


def _only_read(path: Path) -> None:
    workbook = CalamineWorkbook.from_path(path)
    for sheet in workbook.sheet_names:
        workbook.get_sheet_by_name(sheet).to_python(skip_empty_area=False)


class _Registry:
    """A registry of so many people in a database of its own, and lists of them."""

    def __init__(self, people: int) -> None:
        self.people = people
        # not as objects: the collector would walk them, or be kept from walking the list, and either changes the reading
        self.table = pq.read_table(
            population(load_release(REGION, YEAR), people), columns=["id_number", "name", "birth_date", "sex"]
        ).filter(pc.field("id_number").is_valid())

    def __enter__(self) -> _Registry:
        sys.path.insert(0, str(ROOT / "tests"))
        os.environ["DJANGO_SETTINGS_MODULE"] = "yingbao.config.settings"
        import clusters  # noqa: PLC0415 - the tests' way to a database
        import databases  # noqa: PLC0415

        atexit.register(clusters.stop_session)

        if "YINGBAO_STATE" not in os.environ:
            databases.prepare_environment(Path(tempfile.mkdtemp(prefix="yingbao-bench-")))
            import django  # noqa: PLC0415

            django.setup()
        self.name = databases.template(f"bench{self.people}")
        databases.point_at(self.name)
        self._fill()
        return self

    def __exit__(self, *_: object) -> None:
        from django.db import connections  # noqa: PLC0415

        import clusters  # noqa: PLC0415

        connections.close_all()
        clusters.session_cluster().drop_database(self.name)

    def _fill(self) -> None:
        from django.db import connection  # noqa: PLC0415

        from given import units  # noqa: PLC0415
        from people import KANGLE, PROGRAM  # noqa: PLC0415
        from yingbao.journal.keys import sealer  # noqa: PLC0415
        from yingbao.journal.scope import within  # noqa: PLC0415
        from yingbao.kernel.ids import uuid7  # noqa: PLC0415

        units()
        numbers = self.table["id_number"].to_pylist()
        say(f"  {len(numbers):,} people into the registry")
        columns = "id, unit_id, name, initials, pinyin, sex, birth_date, nation, document_kind, document_sealed, document_key, state, repaid_years"
        kinds = [
            "uuid",
            "text",
            "text",
            "text",
            "text",
            "text",
            "date",
            "text",
            "text",
            "bytea",
            "bytea",
            "text",
            "int2[]",
        ]
        sealed, keys = (
            sealer().seal_many(numbers, "resident.document"),
            sealer().index_many(numbers, "resident.document"),
        )
        with within(PROGRAM), connection.cursor() as cursor:
            raw: Any = cursor.cursor
            # row policies take no COPY: staged, then inserted
            raw.execute(
                f"CREATE TEMP TABLE staged ON COMMIT DROP AS SELECT {columns} FROM registry_resident LIMIT 0"
            )
            with raw.copy(f"COPY staged ({columns}) FROM STDIN (FORMAT binary)") as copy:
                copy.set_types(kinds)
                for row, blob, key in zip(self.table.to_pylist(), sealed, keys, strict=True):
                    copy.write_row(
                        (
                            uuid7(),
                            KANGLE,
                            row["name"],
                            "",
                            "",
                            row["sex"],
                            row["birth_date"],
                            "",
                            "01",
                            blob,
                            key,
                            "0",
                            [],
                        )
                    )
            raw.execute(f"INSERT INTO registry_resident ({columns}) SELECT {columns} FROM staged")
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE registry_resident")

    def workbook(self, rows: int, changed: int) -> Path:
        """A list of the first `rows` people, `changed` of them in another class than before."""
        STORE.mkdir(parents=True, exist_ok=True)
        path = STORE / f"roster-{self.people}-{rows}-{changed}.xlsx"
        book = xlsxwriter.Workbook(str(path))
        sheet = book.add_worksheet("名册")
        sheet.merge_range(0, 0, 0, len(HEAD) - 1, "困难群众花名册")
        sheet.write_row(1, 0, HEAD)
        for place, person in enumerate(self.table.slice(0, rows).to_pylist()):
            written = CLASSES[(place + (place < changed)) % len(CLASSES)]
            since = f"202{place % 3}-0{place % 9 + 1}-01"
            sheet.write_row(
                place + 2, 0,
                [place + 1, "康乐镇", f"6207210{place // 3:06d}", person["name"], person["name"], "", person["id_number"],
                 written, since, "", "", ""],
            )  # fmt: skip
        book.close()
        return path

    def hand_in(self, path: Path, as_of: date) -> UUID:
        """The list with outcomes."""
        from people import CLERK  # noqa: PLC0415
        from yingbao.rosters import actions  # noqa: PLC0415

        return actions.hand_in(
            by=CLERK,
            region=REGION,
            benefit_year=YEAR,
            sender="civil_affairs",
            as_of=as_of,
            extent="full",
            path=path,
        )

    def compared(self, path: Path) -> Spent:
        """How long from file to outcomes; the list is taken back afterwards."""
        from people import CLERK  # noqa: PLC0415
        from yingbao.rosters import actions  # noqa: PLC0415

        found: list[UUID] = []
        spent = timed(lambda: found.append(self.hand_in(path, AS_OF)))
        actions.withdraw(by=CLERK, roster_id=found[0], grounds="量完")
        return spent

    def applied(self, path: Path, as_of: date) -> None:
        """The list handed in and in force."""
        self.apply(self.hand_in(path, as_of))

    def apply(self, roster_id: UUID) -> None:
        """Submitted by one, applied by another."""
        from people import CLERK, REVIEWER  # noqa: PLC0415
        from yingbao.rosters import actions  # noqa: PLC0415

        actions.drop_rows(by=replace(CLERK), roster_id=roster_id, reason="", grounds="样本中的重号")
        actions.submit(by=CLERK, roster_id=roster_id)
        actions.apply(by=REVIEWER, roster_id=roster_id)
