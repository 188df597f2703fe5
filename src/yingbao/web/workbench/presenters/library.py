"""The releases of the library, a line each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from yingbao.policy import Policy
from yingbao.web.releases import places, policy_of
from yingbao.web.workbench.presenters.citing import main_document
from yingbao.web.workbench.presenters.release import short_digest


@dataclass(frozen=True, slots=True)
class ReleaseLine:
    """One release: what one pays, until when, how much of it is read where the text is silent. Amounts in fen."""

    region: str
    year: int
    name: str
    document: str
    personal_fen: int | None
    fiscal_fen: int | None
    at_least: bool
    first: date | None
    last: date | None
    readings: int
    examples: int
    digest: str


def library_page() -> tuple[ReleaseLine, ...]:
    """Every release."""
    return tuple(_line(policy_of(place.region, place.year)) for place in places())


def _line(policy: Policy) -> ReleaseLine:
    release = policy.release
    main = next((p for p in policy.program.windows if release.windows[p.name].when is None), None)
    window = release.windows[main.name] if main else None
    return ReleaseLine(
        release.region,
        release.benefit_year,
        release.name,
        main_document(policy),
        main.price[0].values[-1].fen if main and main.price else None,
        release.fiscal.total if release.fiscal else None,
        release.fiscal.at_least if release.fiscal else False,
        window.from_ if window else None,
        window.through if window else None,
        len(release.readings),
        len(release.examples),
        short_digest(policy.digest),
    )
