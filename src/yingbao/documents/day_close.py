"""A clerk's day-close sheet (日结单) on A4: what was taken by which way, the cash counted, every receipt of the day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from yingbao.documents.setting import set_pdf
from yingbao.kernel.capitals import capitals
from yingbao.kernel.dates import CHINA, chinese_day
from yingbao.kernel.money import Fen, yuan_grouped


@dataclass(frozen=True, slots=True)
class PaperDay:
    """How a clerk's day was closed.

    `ways`: (words, fen) taken. `cash_fen`: the cash there ought to be, `back_fen` handed back already taken off.
    `receipts`: (number, fen) in the order they were made. `words`: what the clerk says of a difference.
    """

    office: str
    clerk: str
    on: date
    closed_at: datetime
    orders: int
    ways: tuple[tuple[str, Fen], ...]
    back_fen: Fen
    cash_fen: Fen
    counted_fen: Fen
    words: str
    receipts: tuple[tuple[str, Fen], ...]


def day_close_pdf(day: PaperDay) -> bytes:
    """The sheet as PDF/A."""
    return set_pdf("day-close.typ", _said(day), at=day.closed_at)


def _said(day: PaperDay) -> dict[str, Any]:
    taken = sum(fen for _, fen in day.ways)
    booked = sum(fen for _, fen in day.receipts)
    return {
        "office": day.office, "clerk": day.clerk, "on": chinese_day(day.on), "orders": f"{day.orders:,}",
        "closed": day.closed_at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S"),
        "ways": [[words, yuan_grouped(fen)] for words, fen in day.ways],
        "taken": yuan_grouped(taken), "capitals": capitals(taken), "back": yuan_grouped(day.back_fen),
        "cash": yuan_grouped(day.cash_fen), "counted": yuan_grouped(day.counted_fen),
        "difference": _difference(day.counted_fen - day.cash_fen), "words": day.words,
        "receipts": [[number, yuan_grouped(fen)] for number, fen in day.receipts],
        "booked": yuan_grouped(booked), "unbooked": _unbooked(taken - booked),
    }  # fmt: skip


def _difference(fen: int) -> str:
    """More or less cash than there ought to be: 长款, 短款."""
    if fen == 0:
        return "相符"
    return f"长款 {yuan_grouped(fen)}" if fen > 0 else f"短款 {yuan_grouped(-fen)}"


def _unbooked(fen: int) -> str:
    """Why money taken and receipts differ; nothing where they agree."""
    if fen == 0:
        return ""
    if fen > 0:
        return f"收款比凭据多 {yuan_grouped(fen)} 元，请逐笔核对当日待退的款项。"
    return f"凭据比收款多 {yuan_grouped(-fen)} 元，请先核对再交款。"
