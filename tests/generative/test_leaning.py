"""The readings an answer leans on, found by what each reading changes, are those found by assessing under all."""

import pytest

from tests.generative.test_two_readings import REGIONS, policy_of, population
from tests.spec.invented import INVENTED
from yingbao.policy import assess
from yingbao.policy.leaning import other_answers

PEOPLE = 500


@pytest.mark.parametrize(("region", "year"), [*REGIONS, *INVENTED])
def test_an_answer_leans_on_what_assessing_under_every_reading_shows(region: str, year: int) -> None:
    policy = policy_of(region, year)
    for person, on in population(region, year, PEOPLE):
        answer = assess(policy.program, person, on)
        consulted = answer.consulted | {rule.partition(".")[0] for rule in answer.consulted}
        consulted |= {rule.rpartition(".")[0] for rule in answer.consulted if rule.count(".") > 1}
        slow = {
            (a.reading_id, a.other_id): instead.core()
            for a in policy.alternatives
            if not consulted.isdisjoint(a.reading.rules)
            and (instead := assess(a.program, person, on)).core() != answer.core()
        }
        found = other_answers(policy, answer, person, on)
        fast = {(a.reading_id, a.other_id): instead.core() for a, instead in found}
        assert (on, person, fast) == (on, person, slow)
