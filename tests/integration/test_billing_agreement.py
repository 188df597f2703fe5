"""For everybody of a sample: the bill, the explanation, `yingbao assess`; and the register, the tax file, the workbook add up alike."""

from __future__ import annotations

import csv
import io
import os
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from python_calamine import CalamineWorkbook

import databases
from people import PROGRAM
from populated import populate, population
from yingbao.billing import actions
from yingbao.billing.models import PERSON, Bill, Line
from yingbao.billing.queries import bills, registers
from yingbao.bulk import assess_file
from yingbao.journal.scope import within
from yingbao.policy import Policy, explain, load_release
from yingbao.policy.schema.rules import PAYERS
from yingbao.rehearsal.population import SCHEMA
from yingbao.rehearsal.rows import person_of

#: `make agreement` takes all 734,881 people of 凉州.
PEOPLE = int(os.environ.get("AGREEMENT_PEOPLE", "3000"))
RUNS = {"620602": (2025, date(2024, 11, 8)), "620721": (2024, date(2023, 10, 8))}


@dataclass(frozen=True)
class County:
    """A county assessed and issued: its people as the file had them, and what was made of them."""

    policy: Policy
    on: date
    rows: list[dict[str, Any]]
    register: registers.Register
    workbook: Path
    tags: bytes


@pytest.fixture(scope="module", params=list(RUNS))
def county(
    request: pytest.FixtureRequest, migrated: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[County]:
    year, on = RUNS[request.param]
    policy = load_release(request.param, year)
    with databases.cloned(migrated):
        rows = population(policy, PEOPLE)
        populate(policy, rows)
        given = {"region": request.param, "benefit_year": year}
        actions.assess_everyone(by=PROGRAM, on=on, **given)
        issue = actions.issue_register(by=PROGRAM, **given)
        book = tmp_path_factory.mktemp("book") / "register.xlsx"
        actions.write_workbook(by=PROGRAM, register_id=issue, path=book)
        _, tags = actions.export_batch(by=PROGRAM, batch_id=actions.send_tags(by=PROGRAM, register_id=issue))
        with within(PROGRAM):
            register = registers.register(issue)
        yield County(policy, on, rows, register, book, tags)


def bills_by_person() -> dict[Any, tuple[Bill, dict[str, int]]]:
    with within(PROGRAM):
        found = {bill.id: bill for bill in Bill.objects.all()}
        lines: dict[Any, dict[str, int]] = {one: {} for one in found}
        for bill_id, payer, fen in Line.objects.values_list("bill_id", "payer", "fen"):
            lines[bill_id][payer] = fen
    return {bill.resident_id: (bill, lines[bill.id]) for bill in found.values()}


def test_every_bill_is_what_the_explanation_and_the_command_say(county: County, tmp_path: Path) -> None:
    table = pa.Table.from_pylist([{n: row[n] for n in SCHEMA.names} for row in county.rows], schema=SCHEMA)
    pq.write_table(table, tmp_path / "in.parquet")
    assess_file(county.policy, tmp_path / "in.parquet", tmp_path / "out.parquet", on=county.on)
    answers = {row["person_id"]: row for row in pq.read_table(tmp_path / "out.parquet").to_pylist()}
    found = bills_by_person()
    born = [row for row in county.rows if row["birth_date"] <= county.on]
    assert set(found) == {row["resident_id"] for row in born}
    for row in born:
        bill, lines = found[row["resident_id"]]
        answer = answers[row["person_id"]]
        expected = explain(county.policy, person_of(row), county.on).answer
        assert (bill.outcome, bill.due_fen, bill.standard_fen) == (
            answer["outcome"],
            answer["due_fen"],
            answer["standard_fen"],
        )
        assert (bill.outcome, bill.due_fen) == (expected.outcome, expected.due_fen)
        assert (bill.benefit_start, bill.benefit_end) == (answer["benefit_start"], answer["benefit_end"])
        if bill.outcome == "payable":
            given = {payer: answer[f"{payer}_fen"] for payer in PAYERS if answer[f"{payer}_fen"]}
            assert lines == {PERSON: bill.due_fen, **given}
            assert sum(lines.values()) == bill.standard_fen


def test_a_bill_explains_itself_from_the_registry_as_it_was_known(county: County) -> None:
    found = bills_by_person()
    with within(PROGRAM):
        for row in county.rows[:: max(40, len(county.rows) // 1000)]:
            if row["birth_date"] > county.on:
                continue
            page = bills.bill_by_id(found[row["resident_id"]][0].id)
            answer = bills.explain_bill(page).answer
            assert (answer.outcome, answer.due_fen, answer.benefit_start, answer.waiting_days) == (
                page.bill.outcome, page.bill.due_fen, page.bill.benefit_start, page.bill.waiting_days,
            )  # fmt: skip


def test_class_and_payer_add_up_alike_in_register_tax_file_and_workbook(county: County) -> None:
    found = [one for one in bills_by_person().values() if one[0].outcome == "payable"]
    payers: Counter[str] = Counter()
    classes: Counter[str] = Counter()
    for bill, lines in found:
        payers.update(lines)
        classes[bill.category if bill.subsidy_rules else ""] += bill.due_fen or 0
    with within(PROGRAM):
        sums = registers.sums(county.register)
    assert sums.payers == dict(payers)
    by_class: Counter[str] = Counter()
    for (_, code), cell in sums.cells.items():
        by_class[code] += cell.due_fen
    assert {k: v for k, v in by_class.items() if v} == {k: v for k, v in classes.items() if v}
    assert (county.register.due_fen, county.register.payable) == (payers[PERSON], len(found))
    # the tax file: everybody with a subsidy
    with zipfile.ZipFile(io.BytesIO(county.tags)) as file:
        lines_ = list(csv.DictReader(io.StringIO(file.read("detail.csv").decode())))
        [header] = csv.DictReader(io.StringIO(file.read("header.csv").decode()))
    subsidy = sum(payers.values()) - payers[PERSON]
    assert sum(Decimal(row["oth_clct_amt"]) for row in lines_) * 100 == subsidy
    assert Decimal(header["oth_clct_amt"]) * 100 == subsidy
    assert int(header["detl_cnt"]) == len(lines_) == sum(bool(bill.subsidy_rules) for bill, _ in found)
    # the workbook
    sheet = CalamineWorkbook.from_path(str(county.workbook)).get_sheet_by_name("人员明细").to_python()
    [head] = [row for row in sheet if "个人应缴（元）" in row]
    due, outcome = head.index("个人应缴（元）"), head.index("结果")
    amounts = [row[due] for row in sheet if row[outcome] == "可以缴费"]
    assert sum(round(float(amount) * 100) for amount in amounts) == payers[PERSON]
    assert len(amounts) == len(found)
