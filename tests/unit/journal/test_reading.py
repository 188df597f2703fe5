"""Reading the journal: by thing, by who, what and when, within one's region; and what a post may."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

import given
from people import AUDITOR, CLERK, GAOTAI_CLERK, KANGLE_AGENT, KANGLE_CLERK, PROGRAM
from yingbao.journal import queries
from yingbao.journal.errors import NotPermitted, OutOfRegion
from yingbao.journal.scope import within

pytestmark = pytest.mark.usefixtures("registry")
TODAY = datetime.now(UTC).astimezone(ZoneInfo("Asia/Shanghai")).date()


def test_entries_are_found_by_thing_staff_action_and_day() -> None:
    household = given.household()
    given.household([given.AN_OLDER], by=KANGLE_CLERK)
    with within(AUDITOR):
        assert [d.staff_name for d in queries.of_subject(household)] == ["安建华"]
        assert [d.staff_name for d in queries.browse(staff="索")] == ["索玉梅"]
        assert len(queries.browse(action="household.register")) == 2
        assert len(queries.browse(from_on=TODAY, through_on=TODAY)) == 2 + len(
            queries.browse(action="unit.load")
        )
        assert queries.browse(from_on=TODAY + timedelta(days=1)) == []
        assert queries.browse(through_on=TODAY - timedelta(days=1)) == []


def test_pages_follow_each_other_without_gap_or_overlap() -> None:
    for order in range(100, 105):
        given.household([given.draft("某人", "19700101", str(order))])
    with within(AUDITOR):
        first = queries.browse(limit=3)
        second = queries.browse(limit=3, before=first[-1].id)
        whole = queries.browse(limit=6)
    assert [d.id for d in first + second] == [d.id for d in whole]


def test_another_county_reads_none_of_it() -> None:
    household = given.household()
    with within(GAOTAI_CLERK):
        assert queries.of_subject(household) == []
        assert queries.browse(action="household.register") == []
        assert queries.by_ids([d.id for d in []]) == {}


def test_an_entry_never_holds_a_number_or_a_name() -> None:
    given.household()
    with within(PROGRAM):
        told = str([(d.facts, d.grounds) for d in queries.browse()])
    assert not any(word in told for word in ("安国强", "990721", "12900001111"))


def test_a_post_may_what_its_role_carries_where_it_reaches() -> None:
    KANGLE_AGENT.require("person.register", "620721-T04")
    with pytest.raises(NotPermitted):
        KANGLE_AGENT.require("person.change")
    with pytest.raises(OutOfRegion):
        KANGLE_AGENT.require("person.register", CLERK.unit_code)
    PROGRAM.require("anything.at.all", "510100")
