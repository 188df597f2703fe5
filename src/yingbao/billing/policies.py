"""The release that answers for a region, with the parameters that counties have supplied (JC-020)."""

from __future__ import annotations

from functools import lru_cache

from yingbao.billing.models import Supplied
from yingbao.policy import Policy, load_release
from yingbao.policy.layers import Library


def policy_of(region: str, benefit_year: int) -> Policy:
    """The release as it stands for the region today. Raises UnknownRegion, PolicyInvalid."""
    supplied = tuple(
        Supplied.objects.filter(unit_code=region, benefit_year=benefit_year)
        .order_by("parameter")
        .values_list("parameter", "value", "source")
    )
    return _composed(region, benefit_year, supplied) if supplied else load_release(region, benefit_year)


@lru_cache(maxsize=32)
def _composed(region: str, benefit_year: int, supplied: tuple[tuple[str, str, str], ...]) -> Policy:
    return with_parameters(region, benefit_year, {name: (value, source) for name, value, source in supplied})


def with_parameters(region: str, benefit_year: int, supplied: dict[str, tuple[str, str]]) -> Policy:
    """The release with parameters filled by a county: value (`280元`) and the document it comes from."""
    library = Library()
    key = library.resolve(region, benefit_year)
    return Policy(library.supplied(key, supplied), key)
