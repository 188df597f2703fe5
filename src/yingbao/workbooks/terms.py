"""What a list is about: what its columns mean, and what to call them in sentences to its sender."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from yingbao.workbooks.headings import HEADINGS, Field, normal_heading

#: The value of a text, and the reason and the sentence where it has none ("" for none).
Read = Callable[[str], tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class Terms:
    """`category`, `since`, `until` and `site`: what the columns are called. `only`: the class of every row, where the list has
    no column for it. `dated`: a row without its first day says nothing. `place` reads the column of the site, and without
    one what `titled` finds in the titles; None where the list speaks of no place. `columns`: headings that mean something
    else than in a list of classes.
    """

    category: str = "人员类别"
    since: str = "认定时间"
    until: str = "终止时间"
    site: str = ""
    only: str | None = None
    dated: bool = False
    place: Read | None = None
    titled: re.Pattern[str] | None = None
    columns: Mapping[str, Field] = field(default_factory=dict)

    def site_in(self, titles: Iterable[str]) -> str:
        """The one school that the titles or the sheet's name give; "" if none or several."""
        if self.titled is None:
            return ""
        named = {found for title in titles for found in self.titled.findall("".join(title.split()))}
        return named.pop() if len(named) == 1 else ""


CLASSES: Final = Terms()


def headings(wanted: Mapping[Field, str], unread: tuple[Field, ...] = ()) -> dict[str, Field]:
    """Headings as `Terms.columns` wants them; those that usually mean one of `unread` are kept as written and not read."""
    found = {normal_heading(word): Field.REMARK for field in unread for word in HEADINGS[field].split()}
    return found | {normal_heading(word): field for field, words in wanted.items() for word in words.split()}
