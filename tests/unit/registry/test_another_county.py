"""An official of another county sees nothing through any query and is refused by every action."""

import inspect
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import given
from databases import raw
from people import AN_GUOQIANG, CLERK, KANGLE, SEASON, draft, staff
from yingbao.journal.acting import Acting
from yingbao.journal.errors import OutOfRegion
from yingbao.journal.scope import within
from yingbao.kernel.refusal import Forbidden, NotFound
from yingbao.policy import load_release
from yingbao.registry import actions, queries
from yingbao.registry.actions.moves import Landing
from yingbao.registry.drafts import Draft
from yingbao.registry.errors import SpanNotFound

pytestmark = pytest.mark.usefixtures("registry")
#: May everything, in another county.
STRANGER = Acting(staff("高", "county_clerk").staff_id, "高", "program", "620724", "高台县", frozenset({"*"}))
DAY = date(2024, 1, 1)


class World:
    """A family in 康乐镇 about which everything is written."""

    def __init__(self) -> None:
        self.household = given.household()
        people = given.people_of(self.household)
        self.man, self.woman = people["安国强"], people["兰秀英"]
        twin = Draft(
            name="安国强",
            relation="20",
            document_kind="08",
            document="G12345",
            sex="male",
            birth_date="1980-01-01",
        )
        self.twin = actions.add_member(by=CLERK, household_id=self.household, member=twin, on=SEASON)
        actions.record_cover(
            by=CLERK,
            resident_id=self.man,
            insurance="310",
            from_on=DAY,
            through_on=None,
            place="",
            evidence="证",
        )
        actions.recognise(
            by=CLERK, resident_id=self.man, category="lifted", recognised_on=DAY, evidence="名册"
        )
        actions.record_survival(
            by=CLERK, resident_id=self.man, status="missing", from_on=DAY, evidence="公安来函"
        )
        self.merge = actions.ask_merge(by=CLERK, kept_id=self.man, gone_id=self.twin, grounds="同一人")
        self.duty = actions.give_duty(
            by=CLERK, unit_code=KANGLE, kind="leads", person_name="索书记", position="", phone="", from_on=DAY
        )
        page = given.page(self.man, DAY)
        self.cover, self.holding, self.survival = page.covers[0].id, page.holdings[0].id, page.survivals[0].id


Deed = Callable[[Acting, World], Any]
#: A population of 肃南's; nobody of another county gets as far as opening it.
LOAD: dict[str, Any] = {
    "region": "620721", "file": Path("people.parquet"), "on": DAY, "since": DAY, "grounds": "演练",
}  # fmt: skip
ACTIONS: dict[str, Deed] = {
    "add_member": lambda by, w: actions.add_member(
        by=by, household_id=w.household, member=draft("某", "19700101", "333", "20"), on=DAY
    ),
    "add_unit": lambda by, _: actions.add_unit(
        by=by, code="620721001", name="某镇", kind="town", parent_code="620721", from_on=DAY
    ),
    "ask_load": lambda by, _: actions.ask_load(by=by, **LOAD),
    "load_now": lambda by, _: actions.load_now(by=by, **LOAD),
    "load_population": lambda by, _: actions.load_population(by=by, **LOAD),
    "run_load": lambda by, w: actions.run_load(by=by, run_id=w.man),
    "ask_merge": lambda by, w: actions.ask_merge(by=by, kept_id=w.man, gone_id=w.twin, grounds="同"),
    "ask_split": lambda by, w: actions.ask_split(by=by, kept_id=w.man, gone_id=w.twin, grounds="异"),
    "assign": lambda by, _: actions.assign(
        by=by, unit_code=KANGLE, to_unit_code="620724", source="文", from_on=DAY
    ),
    "change_details": lambda by, w: actions.change_details(
        by=by, resident_id=w.man, draft=AN_GUOQIANG, on=DAY, grounds="证"
    ),
    "change_state": lambda by, w: actions.change_state(
        by=by, resident_id=w.man, deed="suspend", on=DAY, reason="因"
    ),
    "close_unit": lambda by, _: actions.close_unit(by=by, code=KANGLE, last_on=DAY, grounds="撤"),
    "decide": lambda by, w: actions.decide(by=by, merge_id=w.merge, approve=True, grounds="核"),
    "end_cover": lambda by, w: actions.end_cover(
        by=by, resident_id=w.man, cover_id=w.cover, last_on=DAY, evidence="证"
    ),
    "end_duty": lambda by, w: actions.end_duty(by=by, duty_id=w.duty, last_on=DAY),
    "end_holding": lambda by, w: actions.end_holding(
        by=by, resident_id=w.man, holding_id=w.holding, ended_on=DAY, evidence="证"
    ),
    "end_survival": lambda by, w: actions.end_survival(by=by, resident_id=w.man, last_on=DAY, evidence="证"),
    "give_document": lambda by, w: actions.give_document(
        by=by, resident_id=w.man, document=str(AN_GUOQIANG.document), on=DAY, grounds="证"
    ),
    "give_duty": lambda by, _: actions.give_duty(
        by=by, unit_code=KANGLE, kind="clerk", person_name="某", position="", phone="", from_on=DAY
    ),
    "move": lambda by, w: actions.move(
        by=by, resident_id=w.man, to=Landing(w.household, "01"), on=DAY, grounds="证"
    ),
    "move_household": lambda by, w: actions.move_household(
        by=by, household_id=w.household, unit_code="620724", on=DAY, grounds="证"
    ),
    "recognise": lambda by, w: actions.recognise(
        by=by, resident_id=w.man, category="orphan", recognised_on=DAY, evidence="证"
    ),
    "record_cover": lambda by, w: actions.record_cover(
        by=by, resident_id=w.woman, insurance="310", from_on=DAY, through_on=None, place="", evidence="证"
    ),
    "record_survival": lambda by, w: actions.record_survival(
        by=by, resident_id=w.woman, status="died", from_on=DAY, evidence="证"
    ),
    "register_household": lambda by, _: given.household([draft("某", "19700101", "333")], by=by),
    "units_of_release": lambda by, _: actions.units_of_release(
        by=by, policy=load_release("620721", 2024), from_on=DAY
    ),
    "withdraw_survival": lambda by, w: actions.withdraw_survival(
        by=by, resident_id=w.man, survival_id=w.survival, evidence="误"
    ),
}
QUERIES: dict[str, Callable[[World], Any]] = {
    "assignments": lambda _: [],  # where a farm's people land is printed in the notice
    "choices": lambda _: [],  # so are the names of units
    "unit": lambda _: [],
    "units_below": lambda _: [u for u in queries.units_below("620721", DAY) if u.people or u.enrolled],
    "duties": lambda _: queries.duties("620721", DAY),
    "facts_of": lambda w: queries.facts_of(w.man, DAY, "620721"),
    "household_page": lambda w: queries.household_page(w.household, DAY),
    "households_by_number": lambda _: queries.households_by_number("620721"),
    "merge_request": lambda w: queries.merge_request(w.merge),
    "merge_requests": lambda w: [*queries.merge_requests(), *queries.merge_requests(resident_id=w.man)],
    "person_page": lambda w: queries.person_page(w.man, DAY),
    "search": lambda _: [
        hit for text in ("安国强", "agq", str(AN_GUOQIANG.document), "12900001111", "620721-000001", "G12345")
        for hit in queries.search(text)
    ],
    "unmasked_document": lambda w: queries.unmasked_document(by=STRANGER, resident_id=w.man, reason="看"),
}  # fmt: skip
#: Takes a page that was read already.
NOT_ASKED = {"facts"}


def test_every_action_and_every_query_is_tried() -> None:
    # steps of a payment, which is refused to strangers itself (tests/unit/payments)
    assert set(ACTIONS) == set(actions.__all__) - {"Paid", "hindered", "insure", "annul_insurance"}
    functions = {name for name in queries.__all__ if inspect.isfunction(getattr(queries, name))}
    assert set(QUERIES) == functions - NOT_ASKED


def test_another_county_is_refused_by_every_action_and_nothing_is_written() -> None:
    world = World()
    before = written()
    for name, deed in ACTIONS.items():
        with pytest.raises((NotFound, Forbidden)):
            deed(STRANGER, world)
        assert (name, written()) == (name, before)


def test_another_county_sees_nothing_through_any_query() -> None:
    world = World()
    for name, ask in QUERIES.items():
        with within(STRANGER):
            try:
                found = ask(world)
            except (NotFound, Forbidden):
                found = ()
        assert (name, list(found)) == (name, [])


@pytest.mark.parametrize(
    "name", ["end_cover", "end_holding", "end_survival", "change_details", "give_duty", "add_member"]
)
def test_the_same_deeds_are_done_by_the_county_itself(name: str) -> None:
    """Or the refusals above would prove nothing."""
    ACTIONS[name](CLERK, World())


def test_what_ends_is_looked_for_within_the_region() -> None:
    world = World()
    with pytest.raises(SpanNotFound):
        actions.end_duty(by=STRANGER, duty_id=world.duty, last_on=DAY)
    with pytest.raises(OutOfRegion):
        actions.move_household(
            by=CLERK, household_id=world.household, unit_code="620724", on=DAY, grounds="证"
        )


def written() -> list[int]:
    with raw("super") as connection:
        tables = [
            t
            for (t,) in connection.execute(
                "SELECT tablename FROM pg_tables WHERE tablename ~ '^(registry|journal)_'"
            )
        ]
        return [connection.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in sorted(tables)]  # type: ignore[index]
