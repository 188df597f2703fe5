"""The bills that would change, before the list is applied, and facts of many people at once."""

from datetime import date
from pathlib import Path

import pytest

import given
from people import CLERK, FAMILY, draft, number
from rosters_lists import hand_in, workbook
from yingbao.journal.scope import within
from yingbao.policy import load_release
from yingbao.registry import queries as registry
from yingbao.registry.queries.many import facts_of_many
from yingbao.rosters import queries

AN, HE = number("19800101", "111"), number("19550605", "131")
DAY = date(2023, 11, 1)


@pytest.fixture(autouse=True)
def _people(database: str) -> None:
    given.units()
    given.household(FAMILY)
    given.household([draft("贺有才", "19550605", "131")])


def test_the_preview_says_what_each_kind_of_change_does_to_the_amounts(tmp_path: Path) -> None:
    policy = load_release("620721", 2024)
    rows = [
        [1, "安国强", AN, "农村低保一类", "2022-03-01", ""],
        [2, "贺有才", HE, "农村低保三类", "2020-01-01", ""],
    ]
    roster = hand_in(workbook(tmp_path / "11.xlsx", rows))
    with within(CLERK):
        found = queries.preview(roster.id, policy, DAY)
    assert found.people == found.changed == 2
    assert [(line.kind, line.category, line.people) for line in found.lines] == [
        ("new", "rural_allowance_1", 1), ("new", "rural_allowance_3", 1),
    ]  # fmt: skip
    one, three = found.lines
    assert one.before_fen == three.before_fen == 38_000
    # 肃医保〔2023〕48号 二(三): 一、二类 and 三、四类 pay what is left after the printed subsidy
    assert one.after_fen is not None
    assert three.after_fen is not None
    assert one.after_fen < three.after_fen < 38_000
    assert found.sum_fen == one.after_fen + three.after_fen - 76_000


def test_facts_of_many_are_the_facts_of_each() -> None:
    with within(CLERK):
        ids = [registry.search(name)[0].id for name in ("安国强", "兰秀英", "安小雨", "贺有才")]
        many = facts_of_many(ids, DAY, "620721")
        assert [many[one] for one in ids] == [registry.facts_of(one, DAY, "620721") for one in ids]
