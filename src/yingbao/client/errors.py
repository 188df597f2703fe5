"""What a call of a channel can end in besides its answer."""

from __future__ import annotations

from typing import Any


class ClientError(Exception):
    """A call did not bring what was asked for."""


class CallRefused(ClientError):
    """The gateway answered no: `code`, a sentence that says what to do, facts, and the HTTP status."""

    def __init__(self, status: int, code: str, message: str, facts: dict[str, Any]) -> None:
        super().__init__(f"{message}（{code}）")
        self.status, self.code, self.message, self.facts = status, code, message, facts


class Unanswered(ClientError):
    """Nobody answered, or only with errors. Whether the call was done is not known: ask, or send it again as it was."""


class AnswerUnsigned(ClientError):
    """The answer's signature is not the platform's: treat it as no answer."""
