"""A population file into the registry: every row by the rules of the form, what is wrong is named, nothing else is lost."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

import given
import loads
from loads import load, outcomes, row, write
from people import AUDITOR, CLERK, COUNTY, PROGRAM, SEASON, number
from yingbao.journal.errors import NotPermitted
from yingbao.journal.models import Entry
from yingbao.journal.scope import within
from yingbao.policy import UNKNOWN, Person, load_release
from yingbao.registry import queries
from yingbao.registry.actions.loads import faults_of
from yingbao.registry.drafts import check
from yingbao.registry.errors import LoadRefused
from yingbao.registry.export import write_snapshot
from yingbao.registry.loading.checks import READ, certain, draft_of, read
from yingbao.registry.loading.source import SCHEMA, Source
from yingbao.registry.models import Cover, Holding, Household, Membership, Resident
from yingbao.registry.queries.facts import facts_of
from yingbao.rehearsal.rows import person_of
from yingbao.rehearsal.sample import make_population

ON = loads.ON

# The fast look against the rules ------------------------------------------------------------------------------

BIRTHS = st.sampled_from(
    [date(1899, 12, 31), date(1985, 6, 15), date(2000, 2, 29), date(2023, 6, 1), date(2025, 1, 1)]
)
NAMES = st.sampled_from(
    ["安国强", "阿依·古丽", "王 强", "𠮷野", "", "a", "李?", "欧阳　娜", "·", "王\u200b五"]
)
PHONES = st.sampled_from(
    [None, "12900001111", "0936-6121234", "129 0000 1111", "1290000111", "１２９００００１１１１", ""]
)


@st.composite
def rows(draw: st.DrawFn) -> dict[str, Any]:
    """Mostly good rows, each field now and then spoiled in its own way."""
    born = draw(BIRTHS)
    order = draw(st.sampled_from(["111", "222"]))
    whole = number(f"{born:%Y%m%d}", order)
    spoiled = [
        whole,
        whole.lower(),
        whole[:-1],
        whole[:-1] + "0",
        f" {whole}",
        "",
        None,
        whole[:6] + "20230230" + whole[14:],
    ]
    return {
        "name": draw(NAMES),
        "id_number": draw(st.sampled_from([whole, whole, whole, *spoiled])),
        "sex": draw(st.sampled_from(["male" if order == "111" else "female", "female", None])),
        "birth_date": draw(st.sampled_from([born, born, born, None, date(1985, 6, 16)])),
        "phone": draw(PHONES),
        "residence": draw(st.sampled_from(["hukou", "residence_permit", "enrolled_student", None, "?"])),
        "permit_until": draw(st.sampled_from([None, date(2024, 12, 31), date(2024, 12, 30)])),
        "student": draw(st.sampled_from([None, "primary", "?", ""])),
        "relation": draw(st.sampled_from(["02", "10", "01", None, "ZZ", ""])),
    }


@examples(st.lists(rows(), min_size=1, max_size=30))
def test_whoever_passes_at_a_glance_passes_the_form_unchanged(made: list[dict[str, Any]]) -> None:
    table = pa.table({name: pa.array([one[name] for one in made], SCHEMA.field(name).type) for name in READ})
    for one, passes in zip(made, certain(table, ON), strict=True):
        if passes:
            assert check(draft_of(one), ON)[1] == {}
            values, faults = read(one, ON)
            assert faults == {}
            empty = {name: one[name] or None for name in READ}
            assert values == empty


def test_a_sample_passes_at_a_glance() -> None:
    table = make_population(load_release("620721", 2024), 2_000, 3)
    assert certain(table.combine_chunks(), ON).mean() > 0.99


# What is loaded -----------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def _units(request: pytest.FixtureRequest) -> None:
    if "database" in request.fixturenames:
        request.getfixturevalue("database")
        given.units()


def test_a_sample_comes_out_of_the_registry_with_the_facts_it_went_in_with(
    database: str, tmp_path: Path
) -> None:
    sample = make_population(load_release("620721", 2024), 3_000, 5)
    pq.write_table(sample, tmp_path / "in.parquet")
    loaded = load(tmp_path / "in.parquet")
    assert loaded.written.residents == 3_000 - loaded.left_out
    assert (
        write_snapshot(by=CLERK, region=COUNTY, on=ON, out=tmp_path / "out.parquet")
        == loaded.written.residents
    )
    bad = {fault.row - 1 for fault in loaded.faults}
    went_in = Counter(facts(one) for place, one in enumerate(sample.to_pylist()) if place not in bad)
    came_out = Counter(facts(one) for one in pq.read_table(tmp_path / "out.parquet").to_pylist())
    assert went_in - came_out == Counter()
    assert (came_out - went_in).total() == len(bad) - loaded.left_out
    assert len(bad) < 30


def facts(one: dict[str, Any]) -> str:
    person = person_of({**one, "person_id": ""})
    held = person.categories if isinstance(person.categories, tuple) else ()
    return repr((replace(person, categories=UNKNOWN, insured_years=UNKNOWN, repaid_years=UNKNOWN), sorted(map(repr, held)),
                 sorted(one["insured_years"] or ()), one["insured_years"] is None, sorted(one["repaid_years"] or ())))  # fmt: skip


def test_the_count_and_digest_stand_in_one_entry_that_every_row_names(database: str, tmp_path: Path) -> None:
    loaded = load(
        write(
            tmp_path / "p.parquet", [row("安国强", "19800101", "111"), row("兰秀英", "19820301", "222", "10")]
        )
    )
    with within(PROGRAM):
        [entry] = Entry.objects.filter(action="population.load")
        assert entry.facts["written"] == {
            "residents": 2, "households": 1, "memberships": 2, "residences": 2, "schoolings": 0, "covers": 0,
            "holdings": 0, "survivals": 0,
        }  # fmt: skip
        assert (entry.facts["digest"], entry.id) == (loaded.digest, loaded.entry_id)
        assert {one.entry_id for one in [*Resident.objects.all(), *Membership.objects.all()]} == {entry.id}
        assert set(Resident.objects.values_list("state", flat=True)) == {"0"}
        assert {hit.name for hit in queries.search("620721-H1")} == {"安国强", "兰秀英"}


BAD = [
    (row("", "19800101", "113"), "form-invalid", "name"),
    (row("甲", "19800101", "115", id_number="990721198001011150"), "form-invalid", "id_number"),
    (row("甲", "19800101", "115", sex="female"), "form-invalid", "sex"),
    (row("甲", "19800101", "115", birth_date=date(1980, 1, 2)), "form-invalid", "birth_date"),
    (row("甲", "19800101", "115", phone="110"), "form-invalid", "phone"),
    (row("甲", "19800101", "115", residence="residence_permit"), "form-invalid", "permit_until"),
    (row("甲", "20250101", "115"), "form-invalid", "id_number"),
    (row("甲", "19800101", "115", id_number=None), "form-invalid", "id_number"),
    (row("甲", "19800101", "115", relation=None), "form-invalid", "relation"),
    (row("甲", "19800101", "115", student="?"), "form-invalid", "student"),
    (row("甲", "19800101", "115", unit="无此镇"), "unit-unknown", "unit"),
    (row("甲", "19800101", "115", unit=None), "unit-unknown", "unit"),
    (row("甲", "19800101", "115", works_in="无此场"), "unit-unknown", "works_in"),
    (row("甲", "19800101", "115", household=None), "household-missing", "household_id"),
    (row("甲", "19800101", "115", state="7"), "form-invalid", "state"),
    (row("甲", "19800101", "115"), "two-heads", "relation"),
    (row("甲", "19800101", "111", "20"), "document-twice", "id_number"),
]


def test_each_bad_row_stays_out_with_its_reason_and_all_others_are_kept(
    database: str, tmp_path: Path
) -> None:
    good = [row("安国强", "19800101", "111"), row("兰秀英", "19820301", "222", "10")]
    bad = [{"relation": "20", **one} if why == "unit-unknown" else one for one, why, _ in BAD]
    for one, (_, why, place) in zip(bad, BAD, strict=True):
        if why != "two-heads" and place != "relation":
            one["relation"] = "20"
    loaded = load(write(tmp_path / "p.parquet", [*good, *bad]))
    assert set(outcomes(loaded)) >= {(at, why, column) for at, (_, why, column) in enumerate(BAD, 3)}
    assert {at for at, _, _ in outcomes(loaded)} == set(range(3, 3 + len(BAD)))
    assert (loaded.written.residents, loaded.left_out) == (2, len(BAD))
    assert all(fault.sentence and "1980010" not in fault.sentence for fault in loaded.faults)
    with within(CLERK):
        kept = faults_of(loaded.entry_id)
        assert [(one.row, one.outcome) for one in kept] == [(f.row, f.outcome) for f in loaded.faults]


def test_a_household_whose_head_cannot_be_loaded_is_loaded_without_one(database: str, tmp_path: Path) -> None:
    rows = [
        row("安国强", "19800101", "111", phone="110"), row("兰秀英", "19820301", "222", "10"),
        row("安小雨", "20000301", "222", "30", "H2"), row("安国胜", "19700301", "111", "20", "H2"),
    ]  # fmt: skip
    loaded = load(write(tmp_path / "p.parquet", rows))
    assert outcomes(loaded) == [
        (1, "form-invalid", "phone"),
        (1, "head-missing", "relation"),
        (3, "head-missing", "relation"),
    ]
    with within(CLERK):
        assert Household.objects.count() == 2
        assert not Membership.objects.filter(relation="02").exists()


def test_a_span_that_cannot_be_leaves_the_person_in_and_the_fact_unknown(
    database: str, tmp_path: Path
) -> None:
    work = [{"from_on": date(2010, 1, 1), "until_on": None}]
    away = [{"from_on": date(2020, 1, 1), "until_on": date(2021, 1, 1)}]
    late = {"class": "特困人员", "recognised_on": date(2020, 1, 1), "ended_on": date(2019, 1, 1)}
    rows = [
        row("安国强", "19800101", "111", employee_cover=work, elsewhere_cover=away),
        row("兰秀英", "19820301", "222", "10", categories=[late, {"class": "农村低保一类"}]),
        row("安小雨", "20000301", "222", "30", categories=[{"class": "无此类"}]),
        row("安国胜", "19700301", "111", "70", died_on=date(1960, 1, 1)),
    ]  # fmt: skip
    loaded = load(write(tmp_path / "p.parquet", rows))
    assert outcomes(loaded) == [
        (1, "span-overlap", "elsewhere_cover"), (2, "span-reversed", "categories"),
        (3, "class-unknown", "categories"), (4, "span-before-birth", "died_on"),
    ]  # fmt: skip
    assert loaded.written.residents == 4
    with within(CLERK):
        assert [c.insurance for c in Cover.objects.all()] == ["310"]
        assert [(h.category, h.recognised_unknown) for h in Holding.objects.all()] == [
            ("rural_allowance_1", True)
        ]
        ids = dict(Resident.objects.values_list("name", "id"))
        people: dict[str, Person] = {name: facts_of(one, SEASON, COUNTY) for name, one in ids.items()}
    assert people["安国强"].elsewhere_cover is UNKNOWN
    assert people["安国强"].employee_cover != UNKNOWN
    assert people["兰秀英"].categories is UNKNOWN
    assert people["安国胜"].died_on is UNKNOWN


def test_what_the_file_calls_unknown_is_unknown(database: str, tmp_path: Path) -> None:
    load(
        write(
            tmp_path / "p.parquet",
            [row("安国强", "19800101", "111", unknown=["employee_cover", "insured_years"])],
        )
    )
    with within(CLERK):
        person = facts_of(Resident.objects.get().id, SEASON, COUNTY)
    assert (person.employee_cover, person.insured_years) == (UNKNOWN, UNKNOWN)


def test_a_death_ends_a_term_and_is_no_release(database: str, tmp_path: Path) -> None:
    file = write(
        tmp_path / "p.parquet",
        [row("安国强", "19800101", "111", imprisoned_on=date(2020, 5, 1), died_on=date(2023, 2, 1)),
         row("安国胜", "19700301", "111", "71", imprisoned_on=date(2020, 5, 1), released_on=date(2022, 5, 1))],
    )  # fmt: skip
    assert outcomes(load(file)) == []
    write_snapshot(by=CLERK, region=COUNTY, on=ON, out=tmp_path / "out.parquet")
    out = {one["died_on"]: one for one in pq.read_table(tmp_path / "out.parquet").to_pylist()}
    assert (out[date(2023, 2, 1)]["imprisoned_on"], out[date(2023, 2, 1)]["released_on"]) == (
        date(2020, 5, 1),
        None,
    )
    assert out[None]["released_on"] == date(2022, 5, 1)


def test_the_same_file_again_finds_everybody_there_and_writes_nobody(database: str, tmp_path: Path) -> None:
    newborn = row("安小雨", "20240301", "222", "30", id_number=None)
    rows = [row("安国强", "19800101", "111"), newborn, row("兰秀英", "19820301", "222", "10", phone="110")]
    file = write(tmp_path / "p.parquet", rows)
    load(file)
    mended = write(tmp_path / "mended.parquet", [*rows[:2], row("兰秀英", "19820301", "222", "10")])
    again = load(mended)
    assert outcomes(again) == [(1, "document-taken", "id_number"), (2, "already-there", "id_number")]
    assert (again.written.residents, again.written.households) == (1, 0)
    assert "康乐镇" in again.faults[0].sentence
    with within(CLERK):
        assert {hit.name for hit in queries.search("620721-H1")} == {"安国强", "安小雨", "兰秀英"}


def test_a_number_held_in_another_county_is_taken_and_where_is_not_told(
    database: str, tmp_path: Path
) -> None:
    from people import GAOTAI_CLERK, draft  # noqa: PLC0415

    given.household([draft("他人", "19800101", "111")], unit_code="620724", by=GAOTAI_CLERK)
    file = write(
        tmp_path / "p.parquet", [row("安国强", "19800101", "111"), row("兰秀英", "19820301", "222", "10")]
    )
    loaded = loads.load_population(by=CLERK, region=COUNTY, file=file, on=ON, since=loads.SINCE)
    assert outcomes(loaded) == [(1, "document-taken", "id_number"), (1, "head-missing", "relation")]
    assert "高台" not in loaded.faults[0].sentence


def test_a_csv_is_read_as_the_snapshot_writes_it(database: str, tmp_path: Path) -> None:
    file = tmp_path / "p.csv"
    file.write_text(
        "household_id,relation,name,id_number,unit,birth_date,sex,residence,insured_years,categories,employee_cover,x\n"
        f"H1,02,安国强,{number('19800101', '111')},康乐镇,1980-01-01,male,hukou,2022;2023,农村低保一类@2020-01-01..,2020-01-01..,1\n"
        f"H1,10,兰秀英,{number('19820301', '222')},康乐镇,1982/3/1,female,hukou,-,,,\n",
        encoding="utf-8",
    )
    loaded = load(file)
    assert outcomes(loaded) == [(3, "form-invalid", "birth_date")]
    assert (loaded.ignored, loaded.written.covers, loaded.written.holdings) == (("x",), 1, 1)


def test_who_may_not_load_loads_nothing(database: str, tmp_path: Path) -> None:
    file = write(tmp_path / "p.parquet", [row("安国强", "19800101", "111")])
    with pytest.raises(NotPermitted):
        loads.load_population(by=AUDITOR, region=COUNTY, file=file, on=ON, since=loads.SINCE)


@pytest.mark.parametrize(("name", "content", "words"), [
    ("none.parquet", None, "没有这个文件"),
    ("bad.parquet", b"PAR1nonsense", "读不了"),
    ("bad.csv", "姓名\n甲\n".encode(), "缺少这些列"),
])  # fmt: skip
def test_a_file_that_is_none_is_refused_in_words(
    tmp_path: Path, name: str, content: bytes | None, words: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(LoadRefused, match=words):
        Source.open(tmp_path / name)
