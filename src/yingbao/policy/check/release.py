"""All proofs of one release."""

from __future__ import annotations

from yingbao.policy.check.amounts import prove_amounts
from yingbao.policy.check.cells import Cells
from yingbao.policy.check.edges import prove_edges
from yingbao.policy.check.examples import prove_examples
from yingbao.policy.check.findings import Finding, Notebook, once
from yingbao.policy.check.order import prove_order
from yingbao.policy.check.reach import prove_cells, prove_reach
from yingbao.policy.check.readings import prove_readings
from yingbao.policy.check.sources import prove_sources
from yingbao.policy.check.timeline import prove_time
from yingbao.policy.policy import Policy


def check_policy(policy: Policy) -> list[Finding]:
    """Everything wrong with one release, and what should be known of it."""
    return list(once(prove(policy).findings))


def prove(policy: Policy) -> Notebook:
    """Run every proof on one release and keep the counts. Where amounts cannot be computed it stops there."""
    book = Notebook(policy)
    book.counts.releases = 1
    _overrides(book)
    prove_sources(book)
    if not prove_amounts(book):
        return book
    cells = Cells(policy)
    prove_time(book, cells)
    prove_reach(book, cells, prove_cells(book, cells))
    prove_order(book, cells)
    worked = prove_examples(book)
    prove_edges(book, cells, worked)
    prove_readings(book, cells, worked)
    return book


def _overrides(book: Notebook) -> None:
    """What a narrower layer says otherwise than the wider one, and why."""
    files = book.policy.merged.files
    for override in book.policy.merged.overrides:
        file = override.place.file if override.place else files[0]
        at = files.index(file) if file in files else 0
        wider = files[min(at + 1, len(files) - 1)]
        reason = f"{_key(wider)} → {_key(file)}：{override.old} 改为 {override.new}（{override.reason}）"
        book.note("override", override.path, reason, None if override.place is None else _path(override.path))


def _key(file: str) -> str:
    return file.removesuffix(".yaml")


def _path(path: str) -> tuple[str | int, ...]:
    return tuple(path.split("."))
