"""What a proof finds: a fault that must be mended, or a note that somebody should have read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import date, timedelta
from typing import Literal, TypeAlias

from yingbao.policy.policy import Policy
from yingbao.policy.positions import PathKey, Place

Kind: TypeAlias = Literal["fault", "note"]

_PLACED = re.compile(r"(?P<file>[^：]+?) 第 (?P<line>\d+) 行第 (?P<column>\d+) 列：")
_RULE = re.compile(r"(?P<rule>[a-z_]+(?:\.[\w-]+)*)：")


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding. The sentence stands alone: it names file, rule and reason, and days as dates."""

    kind: Kind
    file: str
    place: Place | None
    rule: str
    code: str
    sentence: str


@dataclass(slots=True)
class Counts:
    """How much was proved. A cell is one kind of person over a run of days on which nothing can change."""

    releases: int = 0
    people: int = 0
    cells: int = 0
    days: int = 0
    amounts: int = 0
    examples: int = 0
    edges: int = 0
    readings: int = 0

    def add(self, other: Counts) -> None:
        """Add another release's counts to these."""
        for item in fields(self):
            setattr(self, item.name, getattr(self, item.name) + getattr(other, item.name))


@dataclass(slots=True)
class Report:
    """Everything found in a folder of policies, faults first, each sentence once."""

    findings: tuple[Finding, ...] = ()
    counts: Counts = field(default_factory=Counts)

    @property
    def faults(self) -> tuple[Finding, ...]:
        """What must be mended."""
        return tuple(item for item in self.findings if item.kind == "fault")

    @property
    def notes(self) -> tuple[Finding, ...]:
        """What is as wanted, and said so that it is not overlooked."""
        return tuple(item for item in self.findings if item.kind == "note")

    @property
    def ok(self) -> bool:
        """Whether nothing must be mended."""
        return not self.faults


@dataclass(slots=True)
class Notebook:
    """Collects the findings of one release while its proofs run."""

    policy: Policy
    findings: list[Finding] = field(default_factory=list)
    counts: Counts = field(default_factory=Counts)

    def fault(self, code: str, rule: str, reason: str, path: PathKey | None = None) -> None:
        """Something to mend. `path` is where it stands in the file, the rule's own place if left out."""
        self._write("fault", code, rule, reason, path)

    def note(self, code: str, rule: str, reason: str, path: PathKey | None = None) -> None:
        """Something to know."""
        self._write("note", code, rule, reason, path)

    def _write(self, kind: Kind, code: str, rule: str, reason: str, path: PathKey | None) -> None:
        place = self.policy.merged.tree.place(path if path is not None else rule_path(rule))
        file = place.file if place else self.policy.key
        sentence = f"{place or file}：{rule}：{reason}"
        self.findings.append(Finding(kind, file, place, rule, code, sentence))


def rule_path(rule: str) -> PathKey:
    """Where a rule's id points in the file."""
    return tuple(int(part) if part.isdigit() else part for part in rule.split("."))


def from_sentence(sentence: str, file: str, code: str, policy_tree_place: Place | None = None) -> Finding:
    """A load error's sentence as a finding: the place and the rule it begins with, if it names them."""
    place, rest = policy_tree_place, sentence
    if match := _PLACED.match(sentence):
        place = Place(match["file"], int(match["line"]), int(match["column"]))
        rest = sentence[match.end() :]
    rule = found["rule"] if (found := _RULE.match(rest)) else ""
    named = place.file if place else file
    said = sentence if sentence.startswith(named) else f"{place or file}：{sentence}"
    return Finding("fault", named, place, rule, code, said)


def once(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Each sentence once, faults before notes, otherwise in the order found."""
    kept = list({item.sentence: item for item in findings}.values())
    return tuple(sorted(kept, key=lambda item: item.kind != "fault"))


Days: TypeAlias = tuple[date, date]


def joined(days: Iterable[Days]) -> list[Days]:
    """Runs of days, both ends included, with touching and overlapping runs made one."""
    runs: list[Days] = []
    for first, last in sorted(days):
        if runs and first <= runs[-1][1] + timedelta(days=1):
            runs[-1] = (runs[-1][0], max(runs[-1][1], last))
        else:
            runs.append((first, last))
    return runs


def without(runs: Iterable[Days], taken: Iterable[Days]) -> list[Days]:
    """The days of `runs` that lie in none of `taken`."""
    left = list(runs)
    for first, last in taken:
        kept: list[Days] = []
        for begin, end in left:
            if last < begin or end < first:
                kept.append((begin, end))
                continue
            if begin < first:
                kept.append((begin, first - timedelta(days=1)))
            if last < end:
                kept.append((last + timedelta(days=1), end))
        left = kept
    return left


def say_days(first: date, last: date) -> str:
    """A run of days in words."""
    return f"{first}" if first == last else f"{first} 至 {last}"
