"""What an entry's code is taken over comes back from the database as it went in."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from people import CLERK
from yingbao.journal import sealing
from yingbao.journal.actions import record
from yingbao.journal.content import content, plain_facts, plain_text
from yingbao.journal.scope import within
from yingbao.kernel.ids import uuid7

FACTS = st.dictionaries(
    st.text(),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=12,
    ),
    max_size=6,
)
ONCE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)


def row(facts: dict[str, Any]) -> dict[str, Any]:
    text = dict.fromkeys(("staff_name", "role", "unit_code", "action", "subject", "grounds", "address"), "")
    return {
        **text,
        "id": uuid7(),
        "at": datetime.now(UTC),
        "staff_id": None,
        "subject_id": None,
        "facts": facts,
    }


@ONCE
@given(FACTS)
def test_facts_survive_jsonb_byte_for_byte(module_database: str, facts: dict[str, Any]) -> None:
    before = row(plain_facts(facts))
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::jsonb::text", [Jsonb(before["facts"])])
        after = {**before, "facts": json.loads(cursor.fetchone()[0])}
    assert content(after) == content(before)


@ONCE
@given(FACTS, st.text())
def test_whatever_is_written_is_proved_as_written(
    module_database: str, facts: dict[str, Any], grounds: str
) -> None:
    with within(CLERK):
        record(by=CLERK, action="test", subject="test", facts=facts, grounds=grounds)


def test_all_of_it_is_clean_before_and_after_sealing(module_database: str) -> None:
    assert sealing.verify().findings == ()
    sealing.seal_pending()
    assert sealing.verify().findings == ()


@pytest.mark.parametrize("value", [1.0, Decimal("1.5"), date(2024, 1, 1), {2: "x"}, b"bytes", [0.5]])
def test_a_fact_that_would_come_back_otherwise_is_a_bug_of_the_caller(value: Any) -> None:
    with pytest.raises(TypeError):
        plain_facts({"fact": value})


def test_characters_the_database_cannot_hold_are_left_out_and_rare_ones_stay() -> None:
    assert plain_text("𠮷\x00䶮\ud800") == "𠮷䶮"


def test_an_instant_is_the_same_in_every_zone() -> None:
    at = datetime(2024, 1, 1, 0, 0, 0, 5, UTC)
    assert content({**row({}), "id": 1, "at": at}) == content(
        {**row({}), "id": 1, "at": at.astimezone(tz=None)}
    )
