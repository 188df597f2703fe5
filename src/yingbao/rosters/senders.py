"""Who hands in which lists: the providers a release names, and the classes each certifies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import permutations

from yingbao.policy import Policy
from yingbao.policy.vocabulary import Vocabulary
from yingbao.registry.vocabulary import categories
from yingbao.rosters.states import SENDS


@dataclass(frozen=True, slots=True)
class Sender:
    """A department, the classes it certifies, how often it hands in, and the printed last day if there is one."""

    code: str
    name: str
    classes: tuple[str, ...]
    cadence: str
    by: date | None

    @property
    def lists(self) -> tuple[str, ...]:
        """What its lists may be about."""
        others = tuple(kind for kind, codes in SENDS.items() if self.code in codes)
        return ("classes", *others) if self.classes else others


def senders(policy: Policy) -> dict[str, Sender]:
    """The departments that certify a release's classes or send another kind of list, by their code in the class register.

    A provider's printed classes count where they are printed; otherwise all that the register says it certifies.
    """
    certified: dict[str, list[str]] = {}
    for code, category in policy.categories.items():
        if category.certified_by:
            certified.setdefault(category.certified_by, []).append(code)
    sending = {code for codes in SENDS.values() for code in codes}
    found: dict[str, Sender] = {}
    for name, provider in policy.release.providers.items():
        key = name.replace("-", "_")
        code = key if key in certified else _ALSO.get(key, key)
        if code in certified or code in sending:
            classes = tuple(certified.get(code, ()))
            found[code] = Sender(code, provider.department, classes, provider.cadence, provider.by)
    for code in (*certified, *sending):
        classes = tuple(certified.get(code, ()))
        found.setdefault(code, Sender(code, DEPARTMENTS.get(code, code), classes, "未印", None))
    return found


def spoken_of(sender: Sender, named: Iterable[str]) -> list[str]:
    """The sender's classes of the kinds a list speaks of: a list of 农村低保 says nothing of 城市低保 or 特困.

    A kind is the next wider class and all that is part of it; a class that is part of none stands for itself.
    """
    words = vocabulary()
    kinds = {(words.wider(code) or (code,))[0] for code in named}
    return sorted(words.parts(kinds) & set(sender.classes))


@cache
def vocabulary() -> Vocabulary:
    """The classes of the register, wider and narrower."""
    return Vocabulary(categories())


@cache
def excluding() -> tuple[tuple[str, str], ...]:
    """Pairs of classes of which a person holds one at a time: both part of one widest class, neither part of the other."""
    words = vocabulary()
    kinds: dict[str, list[str]] = {}
    for code in words.categories:
        kinds.setdefault((code, *words.wider(code))[-1], []).append(code)
    return tuple(
        (one, other)
        for codes in kinds.values()
        for one, other in permutations(codes, 2)
        if one not in words.wider(other) and other not in words.wider(one)
    )


def touched(named: Mapping[str, int] | Iterable[str], classes: Iterable[str]) -> list[str]:
    """Every class whose holding may change what a row of such a list does."""
    own = {*named, *classes}
    return sorted(own | {other for one, other in excluding() if one in own})


#: 乡村振兴 became part of 农业农村; older notices still name it.
_ALSO = {"rural_revitalisation": "agriculture", "schools": "education"}
DEPARTMENTS = {
    "civil_affairs": "民政部门",
    "agriculture": "农业农村（乡村振兴）部门",
    "disabled_federation": "残联",
    "health": "卫生健康部门",
    "police": "公安部门",
    "education": "教育部门",
    "veterans": "退役军人事务部门",
    "finance": "财政部门",
    "other": "其他部门",
}
