"""Sources: every rule stands in a document of the register, at a clause that the register lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from yingbao.policy.check.findings import Notebook
from yingbao.policy.positions import PathKey
from yingbao.policy.schema.quantities import Source, clause_key
from yingbao.policy.schema.reference import Document
from yingbao.policy.vocabulary import Vocabulary


def prove_sources(book: Notebook) -> None:
    """Rules against documents, documents against each other, classes against the register."""
    clauses = {key: {clause_key(c) for c in doc.clauses} for key, doc in book.policy.documents.items()}
    for rule, path, sources in _cited(book):
        for source in sources:
            _cite(book, rule, path, source, clauses)
    for code, sentence in documents_faults(book.policy.documents):
        book.fault(code, "documents", sentence, ("documents",))
    for code, sentence in class_faults(book.policy.vocabulary):
        book.fault(code, "categories", sentence, ("categories",))
    _named_classes(book)


def _cite(book: Notebook, rule: str, path: PathKey, source: Source, clauses: Mapping[str, set[str]]) -> None:
    known = clauses.get(source.document)
    if known is None:
        reason = f"出处“{source}”的文件 {source.document} 不在文件登记簿里，请补登记或改正文号"
        book.fault("document-unknown", rule, reason, path)
    elif source.clause not in known:
        reason = f"出处“{source}”：{source.document} 的登记里没有条款“{source.clause}”，请核对条款或补登记"
        book.fault("clause-unknown", rule, reason, path)


def _cited(book: Notebook) -> Iterator[tuple[str, PathKey, tuple[Source, ...]]]:
    """(rule id, path of its source, its sources) for everything that cites."""
    release = book.policy.release
    for rule, sources in ((name, found.source) for name, found in book.policy.rules.items()):
        yield rule, (*rule.split("."), "source"), sources
    for name, reading in release.readings.items():
        yield f"readings.{name}", ("readings", name, "source"), reading.source
    for index, gap in enumerate(release.gaps):
        yield f"gaps.{index}", ("gaps", index, "source"), gap.source
    if release.units is not None:
        for name, assignment in release.units.assignments.items():
            yield f"units.assignments.{name}", ("units", "assignments", name, "source"), assignment.source


def documents_faults(documents: Mapping[str, Document]) -> Iterator[tuple[str, str]]:
    """Documents that forward, or rest on, documents nobody has registered."""
    for key, document in documents.items():
        for relation, others in (("转发", document.forwards), ("依据", document.rests_on)):
            for other in others:
                if other not in documents:
                    yield "document-unknown", f"{key} {relation}的 {other} 不在文件登记簿里，请补登记"


def class_faults(vocabulary: Vocabulary) -> Iterator[tuple[str, str]]:
    """Spellings that two classes claim, and wider classes that do not exist."""
    for spelling, first, second in vocabulary.duplicates():
        yield "spelling-twice", f"“{spelling}”同时登记在 {first} 与 {second} 名下，只能归一类"
    for code, category in vocabulary.categories.items():
        if category.part_of is not None and category.part_of not in vocabulary.categories:
            yield "class-unknown", f"{code} 的上位类别 {category.part_of} 没有登记"
        if code in vocabulary.wider(code):
            yield "class-circular", f"{code} 的上位类别绕回了自己"


def _named_classes(book: Notebook) -> None:
    """Classes named outside conditions: who hands in which, whose gap it is."""
    release, vocabulary = book.policy.release, book.policy.vocabulary
    named: list[tuple[str, Iterable[str]]] = [
        (f"providers.{name}", provider.classes) for name, provider in release.providers.items()
    ]
    named += [(f"targets.{name}", target.classes) for name, target in release.targets.items()]
    for rule, classes in named:
        for text in classes:
            if text not in vocabulary.categories and vocabulary.code(text) is None:
                book.fault("class-unknown", rule, f"人员类别“{text}”没有登记，请在 categories 里补写或改正")
    for index, gap in enumerate(release.gaps):
        if gap.who != "普通居民" and vocabulary.code(gap.who) is None:
            reason = f"who 写的“{gap.who}”不是登记的人员类别，也不是普通居民"
            book.fault("class-unknown", f"gaps.{index}", reason)
