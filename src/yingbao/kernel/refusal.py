"""The one way this program says no to a person.

A refusal carries a stable code, a Chinese sentence that says what to do, and facts. It never carries an ID
number, a name or a telephone number. Anything that is not a refusal is a bug and crashes.
"""

from collections.abc import Mapping
from typing import ClassVar, TypeAlias

Fact: TypeAlias = str | int | None


class Refusal(Exception):
    """Something a person asked for and cannot have; every leaf sets its own `code` in kebab-case."""

    code: ClassVar[str] = "refused"

    def __init__(self, sentence: str, **facts: Fact) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.facts: Mapping[str, Fact] = facts

    def __str__(self) -> str:
        return self.sentence


class NotFound(Refusal):
    """The thing asked for does not exist, or not on that day."""

    code = "not-found"


class Conflict(Refusal):
    """The thing exists, but its present state does not allow this."""

    code = "conflict"


class Invalid(Refusal):
    """What was typed or imported cannot be read as what it should be."""

    code = "invalid"


class Forbidden(Refusal):
    """The person asking may not do this here."""

    code = "forbidden"
