"""The classes a release can speak of: codes, printed names, spellings, wider and narrower."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from yingbao.kernel.spelling import spelling_key
from yingbao.policy.schema.reference import Category


class Vocabulary:
    """Looks classes up by any spelling, and knows which class is part of which."""

    def __init__(self, categories: Mapping[str, Category]) -> None:
        self.categories = dict(categories)
        self._by_spelling: dict[str, str] = {}
        for code, category in self.categories.items():
            for spelling in (code, category.name, *category.spellings):
                self._by_spelling.setdefault(spelling_key(spelling), code)

    def code(self, spelling: str) -> str | None:
        """The class code of a printed name or spelling; None if nobody has recorded it.

        `易返贫致贫人口（边缘易致贫）` is the class in the brackets where that is part of the one before them.
        """
        key = spelling_key(spelling)
        found = self._by_spelling.get(key)
        if found is not None or not key.endswith(")"):
            return found
        outer, _, inner = key[:-1].partition("(")
        whole, part = self._by_spelling.get(outer), self._by_spelling.get(inner)
        if whole is None or part is None:
            return None
        return part if whole == part or whole in self.wider(part) else None

    def name(self, code: str) -> str:
        """The printed name of a class."""
        category = self.categories.get(code)
        return category.name if category else code

    def wider(self, code: str) -> tuple[str, ...]:
        """The classes `code` is part of, nearest first."""
        found: list[str] = []
        at = self.categories.get(code)
        while at is not None and at.part_of is not None and at.part_of not in found:
            found.append(at.part_of)
            at = self.categories.get(at.part_of)
        return tuple(found)

    def parts(self, codes: Iterable[str]) -> frozenset[str]:
        """The classes themselves and everything that is part of them."""
        wanted = set(codes)
        return frozenset(c for c in self.categories if c in wanted or wanted.intersection(self.wider(c)))

    def all_wider(self, codes: Iterable[str]) -> frozenset[str]:
        """Every class that one of `codes` is part of and that is not among them."""
        own = set(codes)
        return frozenset(wide for code in own for wide in self.wider(code)) - own

    def duplicates(self) -> list[tuple[str, str, str]]:
        """Spellings that two classes claim: (spelling, first code, second code)."""
        seen: dict[str, str] = {}
        found = []
        for code, category in self.categories.items():
            for spelling in {spelling_key(text) for text in (category.name, *category.spellings)}:
                other = seen.setdefault(spelling, code)
                if other != code:
                    found.append((spelling, other, code))
        return found
