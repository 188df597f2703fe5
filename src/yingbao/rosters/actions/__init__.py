"""Writing rosters. Every action is keyword-only, one transaction, takes `by`, and leaves a journal entry."""

from yingbao.rosters.actions.deciding import confirm_spelling, decide_row, drop_rows
from yingbao.rosters.actions.handing_in import (
    MOST_BYTES,
    ask_hand_in,
    check_again,
    hand_in,
    read_taken,
)
from yingbao.rosters.actions.reviewing import apply, give_back, submit, withdraw
from yingbao.rosters.reading import AT_ONCE

__all__ = [
    "AT_ONCE",
    "MOST_BYTES",
    "apply",
    "ask_hand_in",
    "check_again",
    "confirm_spelling",
    "decide_row",
    "drop_rows",
    "give_back",
    "hand_in",
    "read_taken",
    "submit",
    "withdraw",
]
