"""The policy room: releases to read, proofs, examples, sources, two releases side by side."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from yingbao.policy import Policy
from yingbao.web.parts import Tab
from yingbao.web.permission import permission
from yingbao.web.releases import Place, place_of_key, places, policy_of
from yingbao.web.workbench.presenters.compare import compare_page
from yingbao.web.workbench.presenters.library import library_page
from yingbao.web.workbench.presenters.proof import examples_page, known_proof, proof_page
from yingbao.web.workbench.presenters.release import release_page, short_digest
from yingbao.web.workbench.presenters.source import source_page

VIEW = "policy.view"


@permission(VIEW)
@require_safe
def library(request: HttpRequest) -> HttpResponse:
    """Every release, newest year first within a region."""
    return render(request, "workbench/policy/library.html", {"releases": library_page()})


@permission(VIEW)
@require_safe
def release(request: HttpRequest, region: str, year: int) -> HttpResponse:
    """One release to read."""
    policy = _opened(request, region, year)
    context = {"page": release_page(policy), "proof": known_proof(policy), "region": region, "year": year}
    return _tab(request, policy, "workbench/policy/release.html", context)


@permission(VIEW)
@require_safe
def proof(request: HttpRequest, region: str, year: int) -> HttpResponse:
    """What was proved of a release, and what was found; for htmx on the reading page one sentence of it."""
    policy = _opened(request, region, year)
    context = {"proof": proof_page(policy)}
    if request.headers.get("HX-Request"):
        return render(request, "workbench/policy/proof_note.html", context | {"region": region, "year": year})
    return _tab(request, policy, "workbench/policy/proof.html", context)


@permission(VIEW)
@require_safe
def examples(request: HttpRequest, region: str, year: int) -> HttpResponse:
    """The worked examples with the release's answers."""
    policy = _opened(request, region, year)
    return _tab(request, policy, "workbench/policy/examples.html", {"examples": examples_page(policy)})


@permission(VIEW)
@require_safe
def source(request: HttpRequest, region: str, year: int) -> HttpResponse:
    """The YAML of the release and of the layers it stands on."""
    policy = _opened(request, region, year)
    return _tab(request, policy, "workbench/policy/source.html", {"files": source_page(policy)})


@permission(VIEW)
@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """Two releases side by side; without a choice the first two of the library."""
    left, right = (_chosen(request.GET.get(name, ""), at) for at, name in enumerate(("a", "b")))
    page = compare_page(policy_of(left.region, left.year), policy_of(right.region, right.year))
    only = request.GET.get("only") == "different"
    context = {"page": page, "places": places(), "left": left, "right": right, "only": only}
    return render(request, "workbench/policy/compare.html", context)


def _chosen(key: str, at: int) -> Place:
    region, _, year = key.partition("-")
    known = place_of_key(region, int(year)) if year.isdigit() and len(year) == 4 else None
    return known or places()[min(at, len(places()) - 1)]


def _opened(request: HttpRequest, region: str, year: int) -> Policy:
    """The release, and the top bar on the same place. Raises UnknownRegion."""
    policy = policy_of(region, year)
    request.place = Place(policy.release.region, policy.release.name, policy.release.benefit_year)  # type: ignore[attr-defined]
    return policy


def _tab(request: HttpRequest, policy: Policy, template: str, context: dict[str, Any]) -> HttpResponse:
    at = template.rpartition("/")[2].removesuffix(".html")
    where = {"region": policy.release.region, "year": policy.release.benefit_year}

    def tab(label: str, name: str, count: int | None = None) -> Tab:
        return Tab(label, reverse(f"policy-{name}", kwargs=where), name == at, count)

    tabs = [
        tab("读本", "release"),
        tab("检验", "proof"),
        tab("样例", "examples", len(policy.release.examples)),
        tab("YAML", "source"),
    ]
    head = {
        "policy": policy.release,
        "digest": short_digest(policy.digest),
        "tabs": tabs,
        "key": "{region}-{year}".format(**where),
    }
    return render(request, template, head | context)
