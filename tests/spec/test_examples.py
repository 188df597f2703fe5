"""Every worked example of every release comes to what was worked by hand from the clause."""

from functools import lru_cache

import pytest

from yingbao.policy import Policy, assess, load_library
from yingbao.policy.check.examples import differences, example_person

LIBRARY = load_library()


@lru_cache
def release(key: str) -> Policy:
    return Policy(LIBRARY, key)


EXAMPLES = [(key, name) for key in LIBRARY.answering() for name in release(key).release.examples]


@pytest.mark.parametrize(("key", "name"), EXAMPLES, ids=str)
def test_the_example_comes_to_what_was_worked_by_hand(key: str, name: str) -> None:
    policy = release(key)
    example = policy.release.examples[name]
    answer = assess(policy.program, example_person(policy, example), example.on)
    assert list(differences(example.answer, answer)) == []


@pytest.mark.parametrize("key", LIBRARY.answering())
def test_every_release_has_somebody_who_pays_somebody_helped_and_somebody_turned_away(key: str) -> None:
    answers = [example.answer for example in release(key).release.examples.values()]
    assert any(answer.due for answer in answers)
    assert any(answer.due == "0元" for answer in answers)
    assert any(answer.allowed is False for answer in answers)
