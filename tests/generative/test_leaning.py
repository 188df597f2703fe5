"""What an answer is said to lean on is exactly what would change it: every other reading is tried on people made up."""

from __future__ import annotations

import pytest

from tests.generative.test_two_readings import REGIONS, policy_of, population
from tests.spec.invented import INVENTED
from yingbao.policy import assess, explain


@pytest.mark.parametrize(("region", "year"), [*REGIONS, *INVENTED])
def test_the_readings_an_answer_leans_on_are_those_that_would_change_it(region: str, year: int) -> None:
    policy = policy_of(region, year)
    for person, on in population(region, year, 400):
        answer = assess(policy.program, person, on).core()
        tried = {
            (other.reading_id, other.other_id)
            for other in policy.alternatives
            if assess(other.program, person, on).core() != answer
        }
        said = {(item.reading, item.other) for item in explain(policy, person, on).assumed}
        assert said == tried, (person, on)
