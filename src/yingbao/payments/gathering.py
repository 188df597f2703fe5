"""Questions that come at the same time are asked together: while one statement is under way, the next ones gather.

Nobody waits for others to come: who finds nothing under way asks at once. A statement's fixed cost (locks, plan, round
trip) is then shared by those who would have stood in line for it anyway.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Question = TypeVar("Question")
Answer = TypeVar("Answer")


@dataclass(slots=True, eq=False)
class _Asked(Generic[Question, Answer]):
    """A question of one thread, which sleeps at `gate` until it has its answer or is to ask for all who wait."""

    question: Question
    gate: threading.Lock = field(default_factory=threading.Lock)
    leads: bool = False
    answer: Answer = field(init=False)
    error: BaseException | None = None

    def sleep(self) -> None:
        self.gate.acquire()

    def wake(self) -> None:
        self.gate.release()


class Gathering(Generic[Question, Answer]):
    """`together` answers questions in their order; what fails together is asked again one by one.

    Of two questions of one `key`, one waits for the next time. `most` at a time.
    """

    def __init__(
        self,
        together: Callable[[Sequence[Question]], Sequence[Answer]],
        key: Callable[[Question], Hashable],
        most: int = 64,
    ) -> None:
        self._together, self._key, self._most = together, key, most
        self._lock = threading.Lock()
        self._waiting: deque[_Asked[Question, Answer]] = deque()
        self._under_way = False

    def ask(self, question: Question) -> Answer:
        """The answer to one question. Raises what `together` raises for it."""
        mine: _Asked[Question, Answer] = _Asked(question)
        mine.sleep()  # shut: the next to sleep here is woken by another thread
        with self._lock:
            mine.leads, self._under_way = not self._under_way, True
            if not mine.leads:
                self._waiting.append(mine)
        if not mine.leads:
            mine.sleep()
        if mine.leads:
            self._lead(mine)
        if mine.error is not None:
            raise mine.error
        return mine.answer

    def _lead(self, mine: _Asked[Question, Answer]) -> None:
        asked = [mine, *self._others(mine)]
        try:
            self._answer(asked)
        finally:
            self._hand_over()
            for other in asked[1:]:
                other.wake()

    def _others(self, mine: _Asked[Question, Answer]) -> list[_Asked[Question, Answer]]:
        """Those who wait, each question once."""
        found, kept = {self._key(mine.question): mine}, []
        with self._lock:
            while self._waiting and len(found) < self._most:
                other = self._waiting.popleft()
                if found.setdefault(self._key(other.question), other) is not other:
                    kept.append(other)
            self._waiting.extendleft(reversed(kept))
        return list(found.values())[1:]

    def _answer(self, asked: Sequence[_Asked[Question, Answer]]) -> None:
        try:
            answers = self._together([one.question for one in asked])
        except BaseException as error:  # noqa: BLE001 - told to those it concerns
            if len(asked) == 1:
                asked[0].error = error
            else:
                for one in asked:
                    self._answer([one])
            return
        for one, answer in zip(asked, answers, strict=True):
            one.answer = answer

    def _hand_over(self) -> None:
        """The first who waits asks next, for all who wait by then."""
        with self._lock:
            following = self._waiting.popleft() if self._waiting else None
            self._under_way = following is not None
        if following is not None:
            following.leads = True
            following.wake()
