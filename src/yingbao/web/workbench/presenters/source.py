"""The files of a release, line by line, so that every value can be pointed at."""

from __future__ import annotations

import re
from dataclasses import dataclass

from yingbao.policy import Policy

_KEY = re.compile(r"(?P<indent>\s*(?:- )?)(?P<key>[\w.-]+|\"[^\"]+\")(?P<colon>:)(?P<rest>(?:\s.*)?)$")


@dataclass(frozen=True, slots=True)
class Line:
    """One line: `lead` spaces, `key` with its colon if it begins with one, `rest`; or a remark."""

    anchor: str
    number: int
    lead: str
    key: str
    rest: str
    remark: bool


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file; the release's own first, then the layers it stands on."""

    name: str
    own: bool
    lines: tuple[Line, ...]


def source_page(policy: Policy) -> tuple[SourceFile, ...]:
    """The release's own file and its layers, in that order."""
    library = policy.library
    known = library.keys()
    keys = {place.file: key for key in known if (place := library.tree(key).place(())) is not None}
    found = []
    for number, name in enumerate(policy.merged.files, 1):
        path = library.path(keys[name]) if name in keys else None
        text = path.read_text(encoding="utf-8") if path else ""
        lines = tuple(_line(f"f{number}-L{at}", at, line) for at, line in enumerate(text.splitlines(), 1))
        found.append(SourceFile(name, number == 1, lines))
    return tuple(found)


def _line(anchor: str, number: int, text: str) -> Line:
    if text.lstrip().startswith("#"):
        return Line(anchor, number, "", "", text, True)
    match = _KEY.match(text)
    if match is None:
        return Line(anchor, number, "", "", text, False)
    return Line(anchor, number, match["indent"], match["key"] + match["colon"], match["rest"], False)
