"""Reading rosters within one's region."""

from yingbao.rosters.queries.marked import marked_workbook
from yingbao.rosters.queries.preview import MOST as MOST_PREVIEWED
from yingbao.rosters.queries.preview import Preview, PreviewLine, payment_day, preview
from yingbao.rosters.queries.rosters import (
    RosterLine,
    SenderLine,
    before,
    roster,
    rosters,
    senders_of,
    waiting,
)
from yingbao.rosters.queries.rows import ALL_OPEN, PAGE, CandidateLine, RowLine, row, rows
from yingbao.rosters.queries.unused import unused_rows

__all__ = [
    "ALL_OPEN",
    "MOST_PREVIEWED",
    "PAGE",
    "CandidateLine",
    "Preview",
    "PreviewLine",
    "RosterLine",
    "RowLine",
    "SenderLine",
    "before",
    "marked_workbook",
    "payment_day",
    "preview",
    "roster",
    "rosters",
    "row",
    "rows",
    "senders_of",
    "unused_rows",
    "waiting",
]
