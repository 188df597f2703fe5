"""Long work: the list, and one run with its progress, which goes on whether or not anybody looks."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from yingbao.journal import runs as journal_runs
from yingbao.web.permission import permission
from yingbao.web.workbench.presenters import runs as present

LIMIT = 50


@permission("run.view")
@require_safe
def runs(request: HttpRequest) -> HttpResponse:
    """The newest runs of my region."""
    at = journal_runs.now()
    lines = [present.line(run, at) for run in journal_runs.latest(LIMIT)]
    return render(request, "workbench/runs.html", {"lines": lines, "limit": LIMIT})


@permission("run.view")
@never_cache
@require_safe
def one(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """One run."""
    line = present.line(journal_runs.get(run_id), journal_runs.now())
    return render(request, "workbench/run.html", {"run": line})


@permission("run.view")
@never_cache
@require_safe
def progress(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """How far it is: what the page asks for every second until it has ended."""
    line = present.line(journal_runs.get(run_id), journal_runs.now())
    return render(request, "parts/run_progress.html", {"run": line})
