"""Whatever is done to a small family in whatever order: spans never share a day, a household has one head at most,
versions follow each other without gap, and what was read at an instant is read so ever after."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import count, pairwise
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import given as world
from people import CLERK, HUANGCHENG, KANGLE, REVIEWER, Draft, number
from yingbao.journal import sealing
from yingbao.journal.scope import within
from yingbao.kernel.refusal import Refusal
from yingbao.registry import actions
from yingbao.registry.actions.moves import Landing
from yingbao.registry.models import (
    Change,
    Cover,
    Holding,
    Membership,
    Residence,
    Resident,
    Schooling,
    Survival,
)
from yingbao.registry.queries import PersonPage
from yingbao.registry.queries.asof import rows, versions

START = date(2024, 1, 1)
SPANS = (Membership, Residence, Schooling, Cover, Holding, Survival)
_SERIAL = count(100)
DAYS = st.integers(0, 40).map(lambda n: START + timedelta(days=n))
WHO, PLACE = st.integers(0, 2), st.integers(0, 1)


class Family:
    """Two households and three people: the first and the last are one person, written twice."""

    def __init__(self) -> None:
        serial = next(_SERIAL)
        born = f"19{serial // 900 + 50:02d}0101"
        order = f"{serial % 900 + 99:03d}"
        man = Draft(name="甲", relation="02", document=number(born, order))
        sex = "male" if int(order) % 2 else "female"
        again = Draft(
            name="甲", relation="20", document_kind="08", document=f"G{serial:06d}", sex=sex,
            birth_date=f"{born[:4]}-01-01",
        )  # fmt: skip
        other = Draft(
            name="乙",
            relation="02",
            document_kind="08",
            document=f"H{serial:06d}",
            sex="female",
            birth_date="1980-01-01",
        )
        self.households = [
            world.household([man], KANGLE, START),
            world.household([other, again], HUANGCHENG, START),
        ]
        first, second = (world.people_of(h, START) for h in self.households)
        self.people: list[UUID] = [first["甲"], second["乙"], second["甲"]]
        self.read: list[tuple[datetime, UUID, PersonPage]] = []

    def look(self) -> None:
        """Read everybody, and remember when."""
        with within(CLERK), connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            at = cursor.fetchone()[0]
        self.read += [(at, who, world.page(who, START)) for who in self.people]


Step = Callable[[Family], Any]


def spans(family: Family, who: int, kind: str, place: int) -> UUID:
    found = getattr(world.page(family.people[who], START), kind)
    return found[place % len(found)].id if found else UUID(int=1)


def decided(family: Family, kind: str) -> None:
    ask = actions.ask_merge if kind == "merge" else actions.ask_split
    request = ask(by=CLERK, kept_id=family.people[0], gone_id=family.people[2], grounds="同")
    actions.decide(by=REVIEWER, merge_id=request, approve=True, grounds="核")


STEPS: st.SearchStrategy[Step] = st.one_of(
    st.builds(
        lambda who, on, basis, stage: lambda f: actions.change_details(
            by=CLERK, resident_id=f.people[who], on=on, grounds="证",
            draft=Draft(name="甲", basis=basis, permit_until="2030-01-01", stage=stage),
        ),
        WHO, DAYS, st.sampled_from(["hukou", "residence_permit"]), st.sampled_from(["", "primary", "university"]),
    ),
    st.builds(
        lambda who, place, relation, on: lambda f: actions.move(
            by=CLERK, resident_id=f.people[who], to=Landing(f.households[place], relation), on=on, grounds="证"
        ),
        WHO, PLACE, st.sampled_from(["02", "10", "20"]), DAYS,
    ),
    st.builds(
        lambda place, unit, on: lambda f: actions.move_household(
            by=CLERK, household_id=f.households[place], unit_code=unit, on=on, grounds="证"
        ),
        PLACE, st.sampled_from([KANGLE, HUANGCHENG]), DAYS,
    ),
    st.builds(
        lambda who, insurance, on, through: lambda f: actions.record_cover(
            by=CLERK, resident_id=f.people[who], insurance=insurance, from_on=on, through_on=through, place="",
            evidence="证",
        ),
        WHO, st.sampled_from(["310", "390"]), DAYS, st.none() | DAYS,
    ),
    st.builds(
        lambda who, n, on: lambda f: actions.end_cover(
            by=CLERK, resident_id=f.people[who], cover_id=spans(f, who, "covers", n), last_on=on, evidence="证"
        ),
        WHO, PLACE, DAYS,
    ),
    st.builds(
        lambda who, category, on, ended: lambda f: actions.recognise(
            by=CLERK, resident_id=f.people[who], category=category, recognised_on=on, ended_on=ended, evidence="册"
        ),
        WHO, st.sampled_from(["lifted", "orphan"]), DAYS, st.none() | DAYS,
    ),
    st.builds(
        lambda who, n, on: lambda f: actions.end_holding(
            by=CLERK, resident_id=f.people[who], holding_id=spans(f, who, "holdings", n), ended_on=on, evidence="册"
        ),
        WHO, PLACE, DAYS,
    ),
    st.builds(
        lambda who, deed, on: lambda f: actions.change_state(
            by=CLERK, resident_id=f.people[who], deed=deed, on=on, reason="因"
        ),
        WHO, st.sampled_from(["suspend", "resume", "terminate", "register-again", "void"]), DAYS,
    ),
    st.builds(
        lambda who, status, on: lambda f: actions.record_survival(
            by=CLERK, resident_id=f.people[who], status=status, from_on=on, evidence="函"
        ),
        WHO, st.sampled_from(["died", "missing", "enlisted"]), DAYS,
    ),
    st.builds(
        lambda who, n: lambda f: actions.withdraw_survival(
            by=CLERK, resident_id=f.people[who], survival_id=spans(f, who, "survivals", n), evidence="误"
        ),
        WHO, PLACE,
    ),
    st.builds(
        lambda who, on: lambda f: actions.end_survival(by=CLERK, resident_id=f.people[who], last_on=on, evidence="证"),
        WHO, DAYS,
    ),
    st.builds(lambda kind: lambda f: decided(f, kind), st.sampled_from(["merge", "merge", "split"])),
)  # fmt: skip


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(STEPS, min_size=4, max_size=12))
@pytest.mark.usefixtures("module_registry")
def test_a_family_stays_whole_whatever_is_done_to_it(steps: list[Step]) -> None:
    family = Family()
    family.look()
    for step in steps:
        try:
            step(family)
        except Refusal:
            continue
        family.look()
    no_two_spans_share_a_day(family)
    one_head_at_most(family)
    versions_follow_each_other(family)
    for at, who, page in family.read:
        assert world.page(who, START, known_at=at) == page


@pytest.mark.usefixtures("module_registry")
def test_after_all_of_it_the_journal_is_clean() -> None:
    sealing.seal_pending()
    assert sealing.verify().findings == ()


def days(row: dict[str, Any]) -> tuple[date, date]:
    return row["period"].lower, row["period"].upper or date.max


def apart(found: list[dict[str, Any]]) -> bool:
    ordered = sorted(days(row) for row in found if not row["period"].isempty)
    return all(first[1] <= second[0] for first, second in pairwise(ordered))


def no_two_spans_share_a_day(family: Family) -> None:
    with within(CLERK):
        for who in family.people:
            for model in SPANS:
                found = rows(model, "resident_id = %s", [who])
                kinds = {row["category"] for row in found} if model is Holding else {None}
                assert all(
                    apart([row for row in found if kind in (None, row.get("category"))]) for kind in kinds
                )


def one_head_at_most(family: Family) -> None:
    with within(CLERK):
        for household in family.households:
            assert apart(rows(Membership, "household_id = %s AND relation = '02'", [household]))


def versions_follow_each_other(family: Family) -> None:
    with within(CLERK):
        found = [(Resident, versions(Resident, "id = ANY(%s)", [family.people]))]
        found += [(m, versions(m, "resident_id = ANY(%s)", [family.people])) for m in (*SPANS, Change)]
    for _, all_versions in found:
        for id_ in {version["id"] for version in all_versions}:
            mine = [version for version in all_versions if version["id"] == id_]
            assert [v["known_until"] for v in mine] == [*(v["known_from"] for v in mine[1:]), None]
            assert all(v["entry_id"] is not None for v in mine)
