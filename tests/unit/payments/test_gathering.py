"""Questions that come while another is under way are asked together, each answered with its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yingbao.payments.gathering import Gathering

WAIT_S = 10


class Desk:
    """Answers a number with its square; the first statement is under way until `open`. It cannot answer 13."""

    def __init__(self) -> None:
        self.asked: list[list[int]] = []
        self.begun, self.open = threading.Event(), threading.Event()

    def together(self, numbers: Sequence[int]) -> list[int]:
        self.asked.append(list(numbers))
        self.begun.set()
        assert self.open.wait(WAIT_S)
        if 13 in numbers:
            raise ValueError("13")
        return [number * number for number in numbers]


def until(what: Callable[[], bool]) -> None:
    end = time.monotonic() + WAIT_S
    while not what():
        assert time.monotonic() < end
        time.sleep(0.001)


def ask_all(desk: Desk, gathering: Gathering[int, int], numbers: Sequence[int]) -> list[object]:
    """One asks, the others come while that is under way; what each got, or the error."""

    def one(number: int) -> object:
        try:
            return gathering.ask(number)
        except ValueError as error:
            return str(error)

    with ThreadPoolExecutor(len(numbers)) as pool:
        first = pool.submit(one, numbers[0])
        assert desk.begun.wait(WAIT_S)
        others = [pool.submit(one, number) for number in numbers[1:]]
        until(lambda: len(gathering._waiting) == len(others))
        desk.open.set()
        return [future.result(WAIT_S) for future in (first, *others)]


def test_who_comes_while_another_asks_is_asked_for_together_and_gets_the_own_answer() -> None:
    desk = Desk()
    gathering = Gathering(desk.together, lambda number: number)
    assert ask_all(desk, gathering, [2, 3, 4, 5]) == [4, 9, 16, 25]
    assert [sorted(asked) for asked in desk.asked] == [[2], [3, 4, 5]]


def test_of_two_alike_one_waits_for_the_next_time() -> None:
    desk = Desk()
    gathering = Gathering(desk.together, lambda number: number % 10)
    assert ask_all(desk, gathering, [1, 3, 23, 4]) == [1, 9, 529, 16]
    assert [len(asked) for asked in desk.asked] == [1, 2, 1]


def test_what_cannot_be_answered_costs_the_others_nothing() -> None:
    desk = Desk()
    gathering = Gathering(desk.together, lambda number: number)
    assert ask_all(desk, gathering, [1, 12, 13, 14]) == [1, 144, "13", 196]
    with pytest.raises(ValueError, match="13"):
        gathering.ask(13)
    assert gathering.ask(6) == 36


def test_no_more_are_asked_for_at_once_than_said() -> None:
    desk = Desk()
    gathering = Gathering(desk.together, lambda number: number, most=3)
    assert ask_all(desk, gathering, [0, 1, 2, 3, 4, 5]) == [0, 1, 4, 9, 16, 25]
    assert [len(asked) for asked in desk.asked] == [1, 3, 2]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 12), min_size=1, max_size=60), st.integers(1, 8), st.integers(1, 5))
def test_whoever_asks_and_however_many_at_once_everybody_gets_the_own_answer(
    numbers: list[int], threads: int, most: int
) -> None:
    desk = Desk()
    desk.open.set()
    gathering = Gathering(desk.together, lambda number: number, most=most)
    with ThreadPoolExecutor(threads) as pool:
        found = list(pool.map(gathering.ask, numbers, timeout=WAIT_S))
    assert found == [number * number for number in numbers]
    assert sorted(number for asked in desk.asked for number in asked) == sorted(numbers)
    assert all(len(asked) <= most and len(set(asked)) == len(asked) for asked in desk.asked)
