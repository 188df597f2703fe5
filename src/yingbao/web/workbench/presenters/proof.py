"""What the proofs say of a release, and its worked examples with their answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from yingbao.kernel.refusal import Refusal
from yingbao.policy import Policy, assess
from yingbao.policy.check.examples import differences, example_person
from yingbao.policy.check.findings import Counts, Finding, once
from yingbao.policy.check.release import prove
from yingbao.policy.explain import summary
from yingbao.policy.facts import FACTS
from yingbao.policy.schema.reference import Example
from yingbao.web.workbench.presenters.facts import fact_words, link_values


@dataclass(frozen=True, slots=True)
class FindingLine:
    """One finding. `anchor` leads to its line on the YAML page, if it stands in the release's files."""

    sentence: str
    rule: str
    anchor: str


@dataclass(frozen=True, slots=True)
class ProofPage:
    """Faults to mend, notes to know, and how much was tried."""

    ok: bool
    faults: tuple[FindingLine, ...]
    notes: tuple[FindingLine, ...]
    counts: Counts
    days: int
    gaps: tuple[str, ...]


def proof_page(policy: Policy) -> ProofPage:
    """The proofs of a release; worked out once for each digest."""
    found, counts = _proved(policy)
    windows = policy.release.windows.values()
    span = (max(w.through for w in windows) - min(w.from_ for w in windows)).days + 1 if windows else 0
    lines = {kind: tuple(_line(policy, f) for f in found if f.kind == kind) for kind in ("fault", "note")}
    return ProofPage(not lines["fault"], lines["fault"], lines["note"], counts, span, tuple(_gaps(policy)))


def known_proof(policy: Policy) -> ProofPage | None:
    """The proofs if they were worked out before, for a page that cannot wait."""
    return proof_page(policy) if (policy.key, policy.digest) in _KNOWN else None


_KNOWN: dict[tuple[str, str], tuple[tuple[Finding, ...], Counts]] = {}


def _proved(policy: Policy) -> tuple[tuple[Finding, ...], Counts]:
    key = (policy.key, policy.digest)
    if key not in _KNOWN:
        book = prove(policy)
        _KNOWN[key] = (once(book.findings), book.counts)
    return _KNOWN[key]


def _gaps(policy: Policy) -> Iterator[str]:
    for gap in policy.release.gaps:
        yield f"{gap.who} {gap.from_} 至 {gap.through} 不能缴"


def _line(policy: Policy, finding: Finding) -> FindingLine:
    files = policy.merged.files
    anchor = ""
    if finding.place is not None and finding.place.file in files:
        anchor = f"f{files.index(finding.place.file) + 1}-L{finding.place.line}"
    return FindingLine(finding.sentence, finding.rule, anchor)


@dataclass(frozen=True, slots=True)
class ExampleLine:
    """One worked example: whom, when, what the clause comes to, what the release answers, and a link to try it."""

    name: str
    title: str
    on: date
    who: str
    expected: str
    answer: str
    agrees: bool
    query: str


def examples_page(policy: Policy) -> tuple[ExampleLine, ...]:
    """Every example with its answer."""
    return tuple(_example(policy, name, example) for name, example in policy.release.examples.items())


def _example(policy: Policy, name: str, example: Example) -> ExampleLine:
    try:
        answer = assess(policy.program, example_person(policy, example), example.on)
    except Refusal as refusal:
        said, agrees = str(refusal), False
    else:
        said, agrees = summary(answer), not list(differences(example.answer, answer))
    query = urlencode(link_values(policy, example), doseq=True)
    return ExampleLine(
        name, example.title, example.on, _who(policy, example), _expected(example), said, agrees, query
    )


def _who(policy: Policy, example: Example) -> str:
    facts = [fact_words(policy, name, value) for name, value in example.person.items()]
    classes = [_class(item) for item in example.classes]
    return "；".join([*classes, *facts]) or "普通居民"


def _class(item: Any) -> str:
    if not isinstance(item, Mapping):
        return str(item)
    since = item.get("recognised_on")
    return f"{item.get('name')}（{since} 认定）" if since else str(item.get("name"))


def _expected(example: Example) -> str:
    wanted = example.answer
    if wanted.allowed is False:
        return "不能缴"
    words = [f"应缴 {wanted.due}" if wanted.due else ""]
    words.append(f"{wanted.start} 起" if wanted.start else "")
    words.append(f"等 {wanted.waiting_days} 日" if wanted.waiting_days is not None else "")
    words.append(f"转入 {wanted.later_transfer}" if wanted.later_transfer else "")
    words.append("缺 " + "、".join(_missing(each) for each in wanted.missing) if wanted.missing else "")
    return "，".join(word for word in words if word) or "能缴"


def _missing(name: str) -> str:
    spec = FACTS.get(name)
    return spec.label if spec else name.partition(":")[2] or name
