"""The many spellings of a class: look them up, split a cell that names several, find them in a title."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from yingbao.kernel.refusal import Conflict
from yingbao.kernel.spelling import spelling_key

_SEPARATORS = re.compile(r"[、;,/+，；和及]+")


class SpellingMeansTwo(Conflict):
    """One spelling is listed under two classes, so a cell with it would bear two readings."""

    code = "spelling-means-two-classes"


def spelling_index(words: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """From class code → spellings to normalised spelling → class code. Raises: SpellingMeansTwo."""
    index: dict[str, str] = {}
    for code, spellings in words.items():
        for spelling in spellings:
            key = spelling_key(spelling)
            if index.setdefault(key, code) != code:
                raise SpellingMeansTwo(
                    f"“{spelling}”同时写在 {index[key]} 和 {code} 两个类别下，请在类别表中只留一处",
                    spelling=spelling,
                )
    return index


def parts_of(text: str) -> list[str]:
    """The normalised pieces of a cell that may name several classes."""
    return [piece for piece in (spelling_key(p) for p in _SEPARATORS.split(text)) if piece]


def classes_in_text(text: str, spellings: Mapping[str, str]) -> set[str]:
    """Class codes that a title names. A longer spelling hides the shorter ones inside it."""
    plain = spelling_key(text)
    taken = [False] * len(plain)
    found: set[str] = set()
    for spelling in sorted(spellings, key=len, reverse=True):
        start = plain.find(spelling)
        while spelling and start >= 0:
            end = start + len(spelling)
            if not any(taken[start:end]):
                found.add(spellings[spelling])
                taken[start:end] = [True] * len(spelling)
            start = plain.find(spelling, end)
    return found
