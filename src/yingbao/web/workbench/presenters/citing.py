"""Where a rule stands, in few words, and which of the release's readings it leans on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from yingbao.policy import Policy
from yingbao.policy.schema.quantities import Rule, Source

#: The product's own conventions are no notice.
READINGS_ISSUER = "应保政策组"


@dataclass(frozen=True, slots=True)
class Reading:
    """A silent or double-sided place: its number on the page, the reading taken, the others, where it stands."""

    number: int
    name: str
    taken: str
    others: tuple[str, ...]
    source: str
    line: str


class Citing:
    """Sources and reading numbers of one release."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.numbers = {name: number for number, name in enumerate(policy.release.readings, 1)}
        self._leaning: dict[str, list[int]] = {}
        for name, reading in policy.release.readings.items():
            for rule in reading.rules:
                self._leaning.setdefault(rule, []).append(self.numbers[name])

    def flags(self, *rules: str) -> tuple[int, ...]:
        """The readings that any of the rules (or a whole section, by its name) leans on, in order."""
        return tuple(sorted({number for rule in rules for number in self._leaning.get(rule, ())}))

    def source(self, rules: Iterable[Rule]) -> str:
        """The places of several rules: each document once, its clauses behind it; only those that hold here."""
        return say_places(self.policy.here(tuple(s for rule in rules for s in rule.source)))

    def readings(self) -> tuple[Reading, ...]:
        """Every reading, numbered as on the page."""
        return tuple(
            Reading(
                self.numbers[name],
                name,
                reading.taken,
                tuple(other.says for other in reading.others.values()),
                say_places(self.policy.here(reading.source)),
                self.anchor(("readings", name)),
            )
            for name, reading in self.policy.release.readings.items()
        )

    def anchor(self, path: tuple[str, ...]) -> str:
        """Where something stands in the release's own files, as a fragment of the YAML page."""
        place = self.policy.merged.tree.place(path)
        if place is None or place.file not in self.policy.merged.files:
            return ""
        return f"f{self.policy.merged.files.index(place.file) + 1}-L{place.line}"


def say_places(sources: Sequence[Source], most: int = 4) -> str:
    """`筑医保发〔2023〕17号 四(一)1、四(二)`: each document once; beyond `most` clauses, 等."""
    by_document: dict[str, list[str]] = {}
    for source in sources:
        clauses = by_document.setdefault(source.document, [])
        if source.clause not in clauses:
            clauses.append(source.clause)
    return "；".join(f"{document} {_clauses(found, most)}".strip() for document, found in by_document.items())


def _clauses(found: list[str], most: int) -> str:
    return "、".join(found[:most]) + ("等" if len(found) > most else "")


def main_document(policy: Policy) -> str:
    """The document most of the release's own rules stand in: the notice itself."""
    counted: dict[str, int] = {}
    for rule_id in policy.rules:
        for source in policy.sources(rule_id):
            if (
                source.document in policy.documents
                and policy.documents[source.document].issuer != READINGS_ISSUER
            ):
                counted[source.document] = counted.get(source.document, 0) + 1
    return max(counted, key=lambda document: counted[document]) if counted else ""
