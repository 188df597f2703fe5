"""Lists of departments: who has sent, who is late; one list from handing in to applied."""

from __future__ import annotations

import tempfile
from datetime import date, datetime
from pathlib import Path
from typing import cast
from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from yingbao.journal import runs
from yingbao.journal.acting import Acting
from yingbao.kernel.dates import CHINA
from yingbao.policy import Policy
from yingbao.rosters import queries
from yingbao.rosters.states import OPEN, OUTCOMES, STATES
from yingbao.web.frame import place_of
from yingbao.web.parts import Tab
from yingbao.web.permission import acting_of, permission
from yingbao.web.releases import policy_of
from yingbao.web.spoken import minute
from yingbao.web.workbench.presenters import rosters as present

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def by_of(request: HttpRequest) -> Acting:
    """Who acts; `permission` has made sure there is somebody."""
    return cast("Acting", acting_of(request))


def today_of(request: HttpRequest) -> date:
    """Today in China, as the request carries it."""
    found = getattr(request, "today", None)
    return found if isinstance(found, date) else datetime.now(CHINA).date()


def policy_of_request(request: HttpRequest) -> Policy | None:
    """The release of the region and year looked at."""
    place = place_of(request)
    return None if place is None else policy_of(place.region, place.year)


def note_waiting(request: HttpRequest, by: Acting) -> None:
    """The number beside the room's name: what waits there for this post."""
    waiting = queries.waiting(by)
    mine = [number for what, number in waiting.items() if by.may(f"roster.{what}")]
    if any(mine):
        request.waiting = {"rosters": sum(mine)}  # type: ignore[attr-defined]


@permission("roster.view")
@require_safe
def rosters(request: HttpRequest) -> HttpResponse:
    """Senders with their last list and who is late; all lists below, the newest first."""
    by, policy = by_of(request), policy_of_request(request)
    state = request.GET.get("state", "")
    state = state if state in STATES else ""
    senders = [] if policy is None else queries.senders_of(by, policy, today_of(request))
    lines = queries.rosters(by, state=state)
    note_waiting(request, by)
    tabs = [Tab("全部", reverse("rosters"), not state)]
    tabs += [
        Tab(label, f"{reverse('rosters')}?state={code}", code == state) for code, label in STATES.items()
    ]
    context = {
        "senders": [present.sender_row(line) for line in senders],
        "late": sum(1 for line in senders if line.late),
        "lines": [present.list_row(line) for line in lines],
        "tabs": tabs, "may_hand_in": by.may("roster.hand-in"), "today": today_of(request),
    }  # fmt: skip
    return render(request, "workbench/rosters/rosters.html", context)


@permission("roster.view")
@never_cache
@require_safe
def roster(request: HttpRequest, roster_id: UUID) -> HttpResponse:
    """One list: the counts, the rows of an outcome, what may be done next."""
    by = by_of(request)
    line = queries.roster(by, roster_id)
    note_waiting(request, by)
    if line.state == "reading":
        return _reading(request, line)
    outcome = request.GET.get("outcome", "")
    shown = (
        outcome if outcome in OUTCOMES else "" if line.to_decide + line.counts.get("unreadable", 0) else "new"
    )
    after = int(request.GET["after"]) if request.GET.get("after", "").isdigit() else 0
    found = queries.rows(roster_id, [shown] if shown else list(queries.ALL_OPEN), after)
    may_decide = line.state == "checked" and by.may("roster.match")
    here = reverse("rosters-roster", args=[roster_id])
    context = {
        "line": line, "title": present.title(line), "list": present.list_row(line), "counts": present.counts(line),
        "step": present.STEPS[line.state], "rows": [present.row_view(one, may_decide, line.kind) for one in found],
        "tabs": _tabs(line, here, shown), "shown": shown, "here": here, "after": after, "may_decide": may_decide,
        "next": f"{here}?outcome={shown}&after={found[-1].id}" if len(found) == queries.PAGE else "",
        "columns": present.columns(line), "spellings": present.spellings(line),
        "before": [present.list_row(one) for one in queries.before(by, line)],
        "decided": line.to_decide - max(line.undecided, 0), "handed": minute(line.handed_at),
        **_deeds(by, line),
    }  # fmt: skip
    return render(request, "workbench/rosters/roster.html", context)


@permission("roster.view")
@never_cache
@require_safe
def preview(request: HttpRequest, roster_id: UUID) -> HttpResponse:
    """The bills that would change: asked for by the list's page once it stands, or a page of its own."""
    by = by_of(request)
    line = queries.roster(by, roster_id)
    policy = policy_of(line.region, line.benefit_year)
    found = queries.preview(roster_id, policy, queries.payment_day(policy, today_of(request)))
    release = policy.release
    context = {
        "line": line, "title": present.title(line), "found": found, "lines": present.preview_rows(found, line.kind),
        "basis": f"{release.name} {release.benefit_year}年度", "most": queries.MOST_PREVIEWED,
    }  # fmt: skip
    fragment = request.headers.get("HX-Request")
    return render(
        request,
        "workbench/rosters/preview_card.html" if fragment else "workbench/rosters/preview.html",
        context,
    )


@permission("roster.view")
@never_cache
@require_safe
def progress(request: HttpRequest, roster_id: UUID) -> HttpResponse:
    """How far the reading of a large list is; once it ended the page is told to load anew."""
    line = queries.roster(by_of(request), roster_id)
    if line.state != "reading":
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "workbench/rosters/reading.html", _run_of(line))


@permission("roster.view")
@require_safe
def marked(request: HttpRequest, roster_id: UUID) -> FileResponse:
    """The workbook back, marked row by row, with the summary to print, sign and seal (SN-032)."""
    with tempfile.TemporaryDirectory(prefix="yingbao-marked-") as folder:
        path = Path(folder) / "marked.xlsx"
        name = queries.marked_workbook(by_of(request), roster_id, path)
        # the file stays open, and readable, when its folder is gone
        opened = path.open("rb")
    return FileResponse(
        opened, as_attachment=True, filename=f"{Path(name).stem}（核对结果）.xlsx", content_type=XLSX
    )


def _reading(request: HttpRequest, line: queries.RosterLine) -> HttpResponse:
    context = {
        "line": line,
        "title": present.title(line),
        "handed": minute(line.handed_at),
        "step": 2,
        **_run_of(line),
    }
    return render(request, "workbench/rosters/read.html", context)


def _run_of(line: queries.RosterLine) -> dict[str, object]:
    run = None if line.run_id is None else runs.get(line.run_id)
    return {"line": line, "run": run, "lost": run is not None and runs.is_silent(run, runs.now())}


def _tabs(line: queries.RosterLine, here: str, shown: str) -> list[Tab]:
    """What must be decided first, each of its kinds, then the rest; kinds without a row are left out."""
    total = line.to_decide + line.counts.get("unreadable", 0)
    found = [Tab("待定和退回", here, not shown, total)] if total else []
    kinds = [*queries.ALL_OPEN, *(code for code in OUTCOMES if code not in queries.ALL_OPEN)]
    return found + [
        Tab(OUTCOMES[code], f"{here}?outcome={code}", code == shown, line.counts[code])
        for code in kinds
        if line.counts.get(code)
    ]


def _deeds(by: Acting, line: queries.RosterLine) -> dict[str, object]:
    """What this person may do with the list now, and why not yet."""
    own = line.submitted_by is not None and line.submitted_by == by.staff_id
    blocked = f"处理完 {line.undecided} 行才能提交。" if line.undecided else ""
    return {
        "may_submit": line.state == "checked" and by.may("roster.match"), "blocked": blocked,
        "may_review": line.state == "submitted" and by.may("roster.review"), "own": own,
        "may_withdraw": line.state in ("checked", "submitted") and by.may("roster.hand-in"),
        "open_outcomes": OPEN, "submitted": minute(line.submitted_at), "decided_at": minute(line.decided_at),
        "ends": [present.name_of(code, line.kind) for code in line.classes] if line.extent == "full" else [],
        "schools": present.schools(line),
    }  # fmt: skip
