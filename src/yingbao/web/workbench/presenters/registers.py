"""Issues of the register as pages show them: the matrix of townships and classes, payers, people, differences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from yingbao.billing.queries.registers import PERSON, ChangeRow, Difference, PersonRow, Register, Sums
from yingbao.billing.states import DIFFERENCES, OUTCOMES, STATES
from yingbao.billing.words import reason
from yingbao.policy import Policy
from yingbao.policy.explain import PAYER_NAMES
from yingbao.web.parts import Outcome, Share
from yingbao.web.workbench.presenters.words import category_name

ORDINARY: Final = "无资助类别"
#: In a query string, the class of those without one.
NO_CLASS: Final = "-"


def class_name(code: str) -> str:
    """A class as printed; those without one are ordinary."""
    return category_name(code) if code else ORDINARY


def class_key(code: str) -> str:
    """A class as it stands in an address."""
    return code or NO_CLASS


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """People of a township and class, and where to look at them."""

    people: int
    due_fen: int
    href: str


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One township: a cell a class, and its sums."""

    name: str
    cells: tuple[MatrixCell, ...]
    people: int
    due_fen: int
    href: str


@dataclass(frozen=True, slots=True)
class Matrix:
    """Townships by class. `most` is the largest cell among the classes, for the tint; ordinary people are not tinted."""

    classes: tuple[str, ...]
    rows: tuple[MatrixRow, ...]
    totals: tuple[MatrixCell, ...]
    people: int
    due_fen: int
    most: int
    ordinary: bool


def matrix(sums: Sums, policy: Policy, people_at: str) -> Matrix:
    """The matrix, classes in the order of the register of classes, ordinary people last."""
    used = {code for _, code in sums.cells}
    classes = [code for code in policy.vocabulary.categories if code in used]
    classes += sorted(used - set(classes) - {""}) + ([""] if "" in used else [])

    def at(town: str = "", code: str | None = None) -> str:
        wanted = {"outcome": "payable"}
        if town:
            wanted["unit"] = town
        if code is not None:
            wanted["class"] = class_key(code)
        return f"{people_at}?{urlencode(wanted)}"

    rows = []
    for town, name in sums.towns.items():
        cells = tuple(_cell(sums, [town], code, at(town, code)) for code in classes)
        rows.append(
            MatrixRow(name, cells, sum(c.people for c in cells), sum(c.due_fen for c in cells), at(town))
        )
    totals = tuple(_cell(sums, list(sums.towns), code, at(code=code)) for code in classes)
    most = max(
        (c.people for row in rows for code, c in zip(classes, row.cells, strict=True) if code), default=0
    )
    return Matrix(
        tuple(class_name(code) for code in classes),
        tuple(rows),
        totals,
        sum(cell.people for cell in totals),
        sum(cell.due_fen for cell in totals),
        most,
        "" in used,
    )


def _cell(sums: Sums, towns: Sequence[str], code: str, href: str) -> MatrixCell:
    found = [sums.cells[town, code] for town in towns if (town, code) in sums.cells]
    return MatrixCell(sum(c.people for c in found), sum(c.due_fen for c in found), href)


def payer_shares(sums: Sums) -> tuple[Share, ...]:
    """Who pays how much of the whole standard, the people first."""
    names = {PERSON: "个人", **PAYER_NAMES}
    return tuple(
        Share(names[payer], sums.payers[payer])
        for payer in names
        if payer in sums.payers and (sums.payers[payer] or payer == PERSON)
    )


@dataclass(frozen=True, slots=True)
class PayerRow:
    """One payer: how many people it pays for, and how much."""

    name: str
    people: int
    fen: int


def payer_rows(sums: Sums, payable: int) -> tuple[PayerRow, ...]:
    """Payers with people and sums; the person's row counts those who can pay."""
    names = {PERSON: "个人应缴", **PAYER_NAMES}
    return tuple(
        PayerRow(names[p], payable if p == PERSON else sums.paid_people[p], sums.payers[p])
        for p in names
        if p in sums.payers
    )


def outcome_counts(sums: Sums) -> tuple[Outcome, ...]:
    """Everybody of an issue by outcome; they add up to the bills."""
    details = {
        "payable": "进入征缴",
        "not_payable": "已参职工、死亡、服刑等",
        "undetermined": "补齐资料后重核",
        "refused": "资料有误",
    }
    return tuple(
        Outcome(
            name,
            sums.outcomes.get(code, 0),
            details[code],
            decide=code in ("undetermined", "refused"),
            quiet=code == "not_payable",
        )
        for code, name in OUTCOMES.items()
        if sums.outcomes.get(code) or code in ("payable", "undetermined")
    )


@dataclass(frozen=True, slots=True)
class PersonLine:
    """One person of a list."""

    bill: str
    resident_id: str
    name: str
    unit: str
    category: str
    standard_fen: int | None
    due_fen: int | None
    state: str
    tone: str
    why: str


def person_lines(
    rows: Sequence[PersonRow], units: Mapping[str, str], policies: Mapping[str, Policy]
) -> tuple[PersonLine, ...]:
    """People with the reason why somebody cannot pay or what is missing."""
    lines = []
    for row in rows:
        facts: dict[str, Any] = {"missing": row.missing, "outcome": row.outcome, "reason": row.reason}
        policy = policies.get(row.release_digest)
        why = "" if row.outcome == "payable" or policy is None else reason(policy, facts)
        word = STATES[row.state] if row.outcome == "payable" else OUTCOMES[row.outcome]
        tone = (
            "amber"
            if row.outcome in ("undetermined", "refused")
            else "blue"
            if row.state in ("paid", "declared")
            else ""
        )
        lines.append(
            PersonLine(
                row.number, str(row.resident_id), row.name, units.get(row.unit_code, row.unit_code),
                class_name(row.category), row.standard_fen, row.due_fen, word, tone, why,
            )
        )  # fmt: skip
    return tuple(lines)


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One person of a difference: from, to, by how much."""

    bill: str
    name: str
    unit: str
    old_class: str
    new_class: str
    old_fen: int | None
    new_fen: int | None
    by_fen: int | None


def change_lines(rows: Sequence[ChangeRow], units: Mapping[str, str]) -> tuple[ChangeLine, ...]:
    """People who stand otherwise than before; the bill is the new one, or the old one of somebody gone."""
    return tuple(
        ChangeLine(
            row.new_number or row.old_number, row.name, units.get(row.unit_code, row.unit_code),
            class_name(row.old_category) if row.old_number else "", class_name(row.new_category) if row.new_number else "",
            row.old_fen, row.new_fen,
            None if row.old_fen is None and row.new_fen is None else (row.new_fen or 0) - (row.old_fen or 0),
        )
        for row in rows
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class DifferenceLine:
    """A kind of change: people, what they owed and owe, and the difference."""

    kind: str
    name: str
    people: int
    old_fen: int
    new_fen: int
    by_fen: int


def difference_lines(found: Sequence[Difference]) -> tuple[DifferenceLine, ...]:
    """Every kind in its order, also those nobody is of."""
    by_kind = {one.kind: one for one in found}
    lines = []
    for kind, name in DIFFERENCES.items():
        one = by_kind.get(kind, Difference(kind, 0, 0, 0))
        lines.append(
            DifferenceLine(kind, name, one.people, one.old_fen, one.new_fen, one.new_fen - one.old_fen)
        )
    return tuple(lines)


def issue_name(issue: Register) -> str:
    """第 3 期."""
    return f"第 {issue.number} 期"
