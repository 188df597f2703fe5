"""Lists as departments write them, handed in by a department's user."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import xlsxwriter

from people import CLERK, REVIEWER, staff
from yingbao.journal.acting import Acting
from yingbao.journal.scope import within
from yingbao.registry import queries as registry
from yingbao.rosters import actions
from yingbao.rosters.models import Roster, Row

DEPARTMENT = replace(staff("民政局", "department"), department="civil_affairs")
DISABLED = replace(staff("残联", "department"), department="disabled_federation")
AS_OF = date(2023, 11, 1)
HEAD = ["序号", "姓名", "身份证号", "救助类别", "认定时间", "终止时间"]


def workbook(
    path: Path, rows: Sequence[Sequence[object]], head: Sequence[str] = HEAD, sheet: str = "11月"
) -> Path:
    book = xlsxwriter.Workbook(str(path))
    page = book.add_worksheet(sheet)
    for place, row in enumerate([head, *rows]):
        page.write_row(place, 0, row)
    book.close()
    return path


def hand_in(
    path: Path, extent: str = "full", as_of: date = AS_OF, by: Acting = DEPARTMENT, kind: str = "classes"
) -> Roster:
    roster_id = actions.hand_in(
        by=by, region="620721", benefit_year=2024, sender=by.department, as_of=as_of, extent=extent, path=path,
        kind=kind,
    )  # fmt: skip
    with within(CLERK):
        return Roster.objects.get(id=roster_id)


def outcomes(roster: Roster) -> list[tuple[int, str, str]]:
    with within(CLERK):
        return [(r.number, r.outcome, r.reason) for r in Row.objects.filter(roster=roster).order_by("id")]


def row(roster: Roster, number: int) -> Row:
    with within(CLERK):
        return Row.objects.get(roster=roster, number=number)


def applied(roster: Roster) -> dict[str, int]:
    """Submitted by the clerk, and the reviewer's yes."""
    actions.submit(by=CLERK, roster_id=roster.id)
    return actions.apply(by=REVIEWER, roster_id=roster.id)


def held(name: str, on: date = AS_OF) -> list[tuple[str, date | None, date | None]]:
    """The classes of the person of that name: code, first day, last day."""
    with within(CLERK):
        page = registry.person_page(registry.search(name)[0].id, on)
    return [(h.what, None if h.recognised_unknown else h.from_on, h.through_on) for h in page.holdings]
