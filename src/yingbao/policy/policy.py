"""A release with its other readings: load it, ask it, ask why."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from yingbao.policy.conditions import Condition, atoms
from yingbao.policy.errors import PolicyInvalid
from yingbao.policy.layers import Library, Merged, digest, position, validate
from yingbao.policy.program import Program
from yingbao.policy.schema.quantities import Rule, Source
from yingbao.policy.schema.reference import Category, Document
from yingbao.policy.schema.release import RULE_SECTIONS, Release
from yingbao.policy.schema.rules import OtherReading, Reading
from yingbao.policy.vocabulary import Vocabulary
from yingbao.policy.wording import say_fault

Entry = TypeVar("Entry", Document, Category)


class Alternative:
    """Another reading of one silent or double-sided place, made ready when first needed."""

    def __init__(self, policy: Policy, reading_id: str, reading: Reading, other_id: str) -> None:
        self.policy = policy
        self.reading_id = reading_id
        self.reading = reading
        self.other_id = other_id
        self.other: OtherReading = reading.others[other_id]

    @cached_property
    def program(self) -> Program:
        """The release under this reading. Raises PolicyInvalid if the change makes no sense."""
        return self.policy.variant({self.reading_id: self.other_id})


class Policy:
    """One release answering for a region and benefit year.

    `program` is the reading taken; `alternatives` are the others the file lists.
    """

    def __init__(self, library: Library, key: str, take: dict[str, str] | None = None) -> None:
        self.library = library
        self.key = key
        self.merged: Merged = library.merged(key, take)
        self._take = dict(take or {})
        self.documents, self.categories = self._registers(self.merged)
        self.release: Release = validate(self.merged)
        self.vocabulary = Vocabulary(self.categories)
        self.digest = digest(self.merged, self.categories)
        self.program = self._program(self.merged, self.release, self.digest)

    def _program(self, merged: Merged, release: Release, digest_: str) -> Program:
        """The release made ready; what its rules say wrongly of each other is said with file and line."""
        try:
            return Program(release, self.vocabulary, digest_)
        except PolicyInvalid as invalid:
            faults = [
                f"{position(merged, *fault.partition('：')[0].split('.'))}：{fault}"
                for fault in invalid.faults
            ]
            raise PolicyInvalid(faults) from invalid

    def _registers(self, merged: Merged) -> tuple[dict[str, Document], dict[str, Category]]:
        documents, categories, faults = self.library.registers()
        if faults:
            raise PolicyInvalid(faults)
        faults += self._inline(merged, "documents", Document, documents)
        faults += self._inline(merged, "categories", Category, categories)
        if faults:
            raise PolicyInvalid(faults)
        return documents, categories

    @staticmethod
    def _inline(merged: Merged, section: str, model: type[Entry], into: dict[str, Entry]) -> list[str]:
        """A register that a release brings along, over the shared one; returns what is wrong with it."""
        own = merged.tree.data.get(section) or {}
        if not isinstance(own, Mapping):
            where = merged.tree.place((section,))
            return [f"{where}：{section}：应为“键: 内容”的映射，每项一个键"]
        faults: list[str] = []
        for key, value in own.items():
            try:
                into[key] = model.model_validate(value)
            except ValidationError as error:
                faults += [say_fault(merged.tree, item, (section, key)) for item in error.errors()]
        return faults

    def variant(self, take: dict[str, str]) -> Program:
        """The release under other readings."""
        merged = self.library.merged(self.key, {**self._take, **take})
        release = validate(merged)
        return self._program(merged, release, digest(merged, self.categories))

    @cached_property
    def rules(self) -> dict[str, Rule]:
        """Every rule by its id (`section.name`)."""
        found: dict[str, Rule] = {}
        for section in RULE_SECTIONS:
            for name, rule in getattr(self.release, section).items():
                found[f"{section}.{name}"] = rule
        for name in ("combine", "later_transfer", "fiscal", "units"):
            single = getattr(self.release, name)
            if single is not None:
                found[name] = single
        return found

    def rule(self, rule_id: str) -> Rule | None:
        """The rule of an id; a price band belongs to its price."""
        found = self.rules.get(rule_id)
        return found or self.rules.get(rule_id.rsplit(".", 1)[0])

    def sources(self, rule_id: str) -> tuple[Source, ...]:
        """Where a rule stands: the documents of this region; where a layer cites only others', those."""
        rule = self.rule(rule_id)
        if rule is None:
            return ()
        return self.here(rule.source)

    def here(self, sources: tuple[Source, ...]) -> tuple[Source, ...]:
        """The sources that hold in this region; all of them if none is its own."""
        own = {self.release.region, *self.release.covers}
        return tuple(s for s in sources if self._applies(s, own)) or sources

    def _applies(self, source: Source, regions: set[str]) -> bool:
        document = self.documents.get(source.document)
        return document is None or not document.regions or not regions.isdisjoint(document.regions)

    @cached_property
    def alternatives(self) -> tuple[Alternative, ...]:
        """Every other reading the file lists, but those already taken."""
        return tuple(
            Alternative(self, reading_id, reading, other_id)
            for reading_id, reading in self.release.readings.items()
            for other_id in reading.others
            if reading_id not in self._take and reading_id not in self.release.take
        )

    @cached_property
    def readings_of(self) -> dict[str, tuple[str, ...]]:
        """The readings each rule leans on."""
        found: dict[str, list[str]] = {}
        for reading_id, reading in self.release.readings.items():
            for rule_id in reading.rules:
                found.setdefault(rule_id, []).append(reading_id)
        return {rule_id: tuple(ids) for rule_id, ids in found.items()}

    def facts_used(self) -> frozenset[str]:
        """The facts any rule of the release asks for."""
        program = self.program
        conditions: list[Condition] = [p.condition for p in (*program.bars, *program.admits)]
        conditions += [w.condition for w in program.windows]
        conditions += [s.condition for s in program.subsidies.values()]
        conditions += [b.condition for bands in program.prices.values() for b in bands]
        for plan in program.waits.values():
            conditions += [*plan.parts, *([plan.exempt] if plan.exempt else [])]
        return frozenset(getattr(a, "fact", "") or type(a).__name__ for c in conditions for a in atoms(c))


def load_library(policies: Path | str | None = None) -> Library:
    """All policy files of a folder, or of the built-in one."""
    return Library(Path(policies)) if policies is not None else _builtin()


@lru_cache(maxsize=1)
def _builtin() -> Library:
    return Library()


def load_release(
    region: str,
    benefit_year: int,
    *,
    policies: Path | str | None = None,
    take: dict[str, str] | None = None,
) -> Policy:
    """The release that answers for a region (GB/T 2260 or local code) and a benefit year.

    `take` picks other readings by name, e.g. ``{"late-start": "payment-day-counts"}``.

    Raises UnknownRegion, PolicyFileUnreadable or PolicyInvalid.

    >>> policy = load_release("620721", 2024)
    >>> policy.release.name
    '肃南裕固族自治县'
    """
    library = load_library(policies)
    return Policy(library, library.resolve(region, benefit_year), take)
