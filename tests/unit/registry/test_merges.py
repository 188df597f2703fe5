"""One person twice: merged by two people's word, and parted again into exactly what was."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

import given
from people import (
    AN_GUOQIANG,
    CLERK,
    GAOTAI_CLERK,
    HUANGCHENG,
    HUANGCHENG_CLERK,
    KANGLE_CLERK,
    REVIEWER,
    SEASON,
    draft,
    staff,
)
from yingbao.journal.errors import NotPermitted, SameTwoPeople
from yingbao.journal.scope import within
from yingbao.kernel.ids import uuid7
from yingbao.registry import actions, queries
from yingbao.registry.drafts import Draft
from yingbao.registry.errors import (
    AlreadyAsked,
    AlreadyDecided,
    AlreadyMerged,
    FormInvalid,
    MergeNotFound,
    NotMergeable,
    ResidentNotFound,
)
from yingbao.registry.models import Resident
from yingbao.registry.queries.asof import rows

pytestmark = pytest.mark.usefixtures("registry")
START = date(2024, 1, 1)
A_DAY = timedelta(days=1)
#: 安国强 once more, in another town under a passport.
AGAIN = Draft(
    name="安国强", relation="02", document_kind="08", document="G12345", sex="male", birth_date="1980-01-01",
    insured_years=(2022,),
)  # fmt: skip


def twice(one: Draft = AN_GUOQIANG, other: Draft = AGAIN) -> tuple[UUID, UUID]:
    kept = given.household([one])
    gone = given.household([other], HUANGCHENG)
    [kept_id], [gone_id] = given.people_of(kept).values(), given.people_of(gone).values()
    return kept_id, gone_id


def asked(kept: UUID, gone: UUID, kind: str = "merge") -> UUID:
    ask = actions.ask_merge if kind == "merge" else actions.ask_split
    return ask(by=CLERK, kept_id=kept, gone_id=gone, grounds="同一人")


def done(kept: UUID, gone: UUID, kind: str = "merge") -> None:
    actions.decide(by=REVIEWER, merge_id=asked(kept, gone, kind), approve=True, grounds="核实")


def everything(*people: UUID) -> list[Any]:
    """All that is written of people, without when and under which entry."""
    pages = [given.page(who) for who in people]
    with within(CLERK):
        plain = [rows(Resident, "id = %s", [who])[0] for who in people]
    found = []
    for page, row in zip(pages, plain, strict=True):
        spans = (
            page.memberships,
            page.residences,
            page.covers,
            page.holdings,
            page.survivals,
            page.schoolings,
        )
        found.append(
            (
                {k: v for k, v in row.items() if k not in ("known_from", "entry_id")},
                [(s.id, s.from_on, s.through_on, s.what, s.detail) for kind in spans for s in kind],
                page.household_id,
            )
        )
    return found


def lived(kept: UUID, gone: UUID) -> None:
    """Covers and classes on both, some on the same days."""
    for who, from_on, through_on in ((kept, START, START + 9 * A_DAY), (gone, START + 5 * A_DAY, None)):
        actions.record_cover(
            by=CLERK,
            resident_id=who,
            insurance="310",
            from_on=from_on,
            through_on=through_on,
            place="",
            evidence="证",
        )
    for who, category in ((kept, "lifted"), (gone, "lifted"), (gone, "severe_disability_1")):
        actions.recognise(by=CLERK, resident_id=who, category=category, recognised_on=START, evidence="名册")


def test_what_only_the_other_says_hangs_below_the_kept_one() -> None:
    kept, gone = twice()
    lived(kept, gone)
    done(kept, gone)
    page = given.page(kept)
    assert (page.insured_years, given.page(gone).merged_into) == ((2022,), kept)
    assert [h.what for h in page.holdings] == ["lifted", "severe_disability_1"]
    assert [c.from_on for c in page.covers] == [START]
    with within(CLERK):
        assert [h.id for h in queries.search("安国强")] == [kept]
        [line] = queries.merge_requests(resident_id=gone)
        assert queries.merge_request(line.id) == line
    assert (line.outcome, line.asked_by_name, line.decided_by_name) == ("approved", "安建华", "兰海燕")
    assert given.deeds(kept)[-2:] == ["merge.ask", "merge.approve"]


def test_merge_then_split_gives_back_exactly_what_was() -> None:
    kept, gone = twice()
    lived(kept, gone)
    before = everything(kept, gone)
    done(kept, gone)
    assert everything(kept, gone) != before
    done(kept, gone, "split")
    assert everything(kept, gone) == before


def test_a_child_without_a_number_takes_the_number_and_gives_it_back() -> None:
    child = Draft(name="安小雨", relation="30", sex="female", birth_date="2023-09-20")
    numbered = draft("安小雨", "20230920", "444", insured_years=(2023,))
    parents = given.household([AN_GUOQIANG, child])
    other = given.household([numbered], HUANGCHENG)
    kept, gone = given.people_of(parents)["安小雨"], given.people_of(other)["安小雨"]
    before = everything(kept, gone)
    done(kept, gone)
    assert given.page(kept).document == given.page(gone).document != ""
    done(kept, gone, "split")
    assert everything(kept, gone) == before


def test_what_was_learnt_after_the_merge_stays_with_the_kept_one() -> None:
    kept, gone = twice()
    done(kept, gone)
    actions.record_cover(
        by=CLERK, resident_id=kept, insurance="310", from_on=START, through_on=None, place="", evidence="证"
    )
    done(kept, gone, "split")
    assert (len(given.page(kept).covers), given.page(gone).covers) == (1, ())


def test_a_household_left_without_its_head_by_a_merge_may_have_another() -> None:
    """Seen: the hidden record still counted as head, and the household could have none."""
    kept, gone = twice()
    household = given.page(gone).household_id
    assert household is not None
    done(kept, gone)
    actions.add_member(by=CLERK, household_id=household, member=draft("屈大山", "19600101", "555"), on=SEASON)
    with pytest.raises(NotMergeable, match="另有户主"):
        done(kept, gone, "split")


def test_a_merged_record_takes_no_more_deeds() -> None:
    kept, gone = twice()
    done(kept, gone)
    with pytest.raises(AlreadyMerged):
        actions.change_state(by=CLERK, resident_id=gone, deed="suspend", on=START, reason="误")
    with pytest.raises(AlreadyMerged):
        asked(kept, gone)


def test_two_requests_that_cross_do_not_make_both_records_vanish() -> None:
    """Seen: A into B and B into A were both approved."""
    kept, gone = twice()
    first, second = asked(kept, gone), asked(gone, kept)
    actions.decide(by=REVIEWER, merge_id=first, approve=True, grounds="核实")
    with pytest.raises(AlreadyMerged):
        actions.decide(by=REVIEWER, merge_id=second, approve=True, grounds="核实")
    actions.decide(by=REVIEWER, merge_id=second, approve=False, grounds="已并")
    assert (given.page(kept).merged_into, given.page(gone).merged_into) == (None, kept)


def test_merges_are_parted_from_the_last_one_back() -> None:
    kept, gone = twice()
    third = given.household([Draft(**{**fields(AGAIN), "document": "G99999"})])
    [last] = given.people_of(third).values()
    done(kept, gone)
    done(last, kept)
    with pytest.raises(AlreadyMerged):
        asked(kept, gone, "split")
    done(last, kept, "split")
    done(kept, gone, "split")
    assert [given.page(who).merged_into for who in (kept, gone, last)] == [None] * 3


def fields(one: Draft) -> dict[str, Any]:
    return {name: getattr(one, name) for name in one.__slots__}


@pytest.mark.parametrize(
    "other",
    [
        Draft(**{**fields(AGAIN), "birth_date": "1980-01-02"}),
        Draft(**{**fields(AGAIN), "sex": "female"}),
        draft("安国强", "19800101", "333"),
    ],
)
def test_two_who_cannot_be_one_are_not_merged(other: Draft) -> None:
    with pytest.raises(NotMergeable):
        asked(*twice(other=other))


def test_asking_is_refused() -> None:
    kept, gone = twice()
    with pytest.raises(NotMergeable, match="同一份"):
        asked(kept, kept)
    with pytest.raises(NotMergeable, match="没有合并"):
        asked(kept, gone, "split")
    with pytest.raises(FormInvalid) as refused:
        actions.ask_merge(by=CLERK, kept_id=kept, gone_id=gone, grounds=" ")
    assert list(refused.value.faults) == ["grounds"]
    for by, refusal in (
        (KANGLE_CLERK, NotPermitted),
        (REVIEWER, NotPermitted),
        (GAOTAI_CLERK, ResidentNotFound),
    ):
        for ask in (actions.ask_merge, actions.ask_split):
            with pytest.raises(refusal):
                ask(by=by, kept_id=kept, gone_id=gone, grounds="同一人")
    with pytest.raises(ResidentNotFound):
        asked(kept, uuid7())
    asked(kept, gone)
    with pytest.raises(AlreadyAsked):
        asked(kept, gone)


def test_deciding_is_refused() -> None:
    kept, gone = twice()
    request = asked(kept, gone)
    asker_as_reviewer = type(REVIEWER)(
        CLERK.staff_id, CLERK.name, "reviewer", CLERK.unit_code, CLERK.unit_name, REVIEWER.permissions
    )
    for by, refusal in (
        (asker_as_reviewer, SameTwoPeople),
        (CLERK, NotPermitted),
        (staff("高复核", "reviewer", "620724", "高台县"), MergeNotFound),
        (staff("皇复核", "reviewer", HUANGCHENG, "皇城镇"), MergeNotFound),
        (staff("康复核", "reviewer", "620721-T04", "康乐镇"), ResidentNotFound),
    ):
        with pytest.raises(refusal):
            actions.decide(by=by, merge_id=request, approve=True, grounds="核实")
    with pytest.raises(FormInvalid):
        actions.decide(by=REVIEWER, merge_id=request, approve=False, grounds="")
    with pytest.raises(MergeNotFound):
        actions.decide(by=REVIEWER, merge_id=uuid7(), approve=True, grounds="核实")
    actions.decide(by=REVIEWER, merge_id=request, approve=False, grounds="不是一个人")
    with pytest.raises(AlreadyDecided):
        actions.decide(by=REVIEWER, merge_id=request, approve=True, grounds="核实")
    assert given.page(gone, by=HUANGCHENG_CLERK).merged_into is None
    asked(kept, gone)  # once refused, it may be asked again
