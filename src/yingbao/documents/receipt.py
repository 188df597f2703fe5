"""A receipt (缴款凭据) on A5: what was paid for whom, who bears the rest, and how anybody can verify it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from yingbao.documents.qr import svg_of
from yingbao.documents.setting import set_pdf
from yingbao.kernel.capitals import capitals
from yingbao.kernel.dates import CHINA, chinese_day
from yingbao.kernel.money import Fen, yuan_grouped


@dataclass(frozen=True, slots=True)
class Share:
    """What one payer bears, and the clause it stands on, in words."""

    payer: str
    fen: Fen
    clause: str


@dataclass(frozen=True, slots=True)
class PaperReceipt:
    """What a receipt says.

    `fen`: what this payment brought. `shares`: the person's own line first; it must be `fen`.
    `payer`: who paid, where known; `ways`: by what, in words. `id_masked`: never the whole number. `prints`: how
    often printed, this time included. `cover_from`, `cover_through`: None where not settled yet. `paid_at`: aware.
    """

    number: str
    check_code: str
    verify_url: str
    office: str
    name: str
    id_masked: str
    place: str
    benefit_year: int
    cover_from: date | None
    cover_through: date | None
    fen: Fen
    shares: tuple[Share, ...]
    payer: str
    ways: tuple[str, ...]
    channel: str
    transaction: str
    order: str
    bill: str
    paid_at: datetime
    clerk: str
    prints: int
    voided_on: date | None


def receipt_pdf(receipt: PaperReceipt) -> bytes:
    """A receipt as PDF/A. Raises ValueError for shares that contradict the amount."""
    return receipts_pdf([receipt])


def receipts_pdf(receipts: Sequence[PaperReceipt]) -> bytes:
    """Receipts printed together, one a sheet. Raises ValueError for none, and for shares that contradict the amount."""
    if not receipts:
        raise ValueError("no receipt to print")
    for one in receipts:
        if one.shares and one.shares[0].fen != one.fen:
            raise ValueError(f"{one.number}: own share {one.shares[0].fen} but paid {one.fen}")
    numbers = "、".join(one.number for one in receipts)
    said = {"title": f"城乡居民基本医疗保险缴款凭据 {numbers}", "office": receipts[0].office}
    return set_pdf(
        "receipt.typ",
        {**said, "receipts": [_said(one) for one in receipts]},
        at=max(one.paid_at for one in receipts),
    )


def _said(one: PaperReceipt) -> dict[str, Any]:
    """Every value in the words it is printed in."""
    return {
        "number": one.number, "check": one.check_code, "qr_svg": svg_of(one.verify_url), "office": one.office,
        "void": f"已作废·{chinese_day(one.voided_on)}" if one.voided_on else "",
        "again": f"补打·第 {one.prints} 次打印" if one.prints > 1 else "",
        "name": one.name, "id": one.id_masked, "place": one.place, "year": str(one.benefit_year), "cover": _cover(one),
        "figures": yuan_grouped(one.fen), "capitals": capitals(one.fen),
        "shares": [[share.payer, yuan_grouped(share.fen), share.clause] for share in one.shares],
        "whole": yuan_grouped(sum(share.fen for share in one.shares)),
        "payer": one.payer or "未登记姓名", "ways": "；".join(one.ways), "channel": one.channel, "transaction": one.transaction,
        "order": one.order, "bill": one.bill, "clerk": one.clerk, "paid": _moment(one.paid_at),
    }  # fmt: skip


def _cover(one: PaperReceipt) -> str:
    if one.cover_from is None:
        return "尚未确定，请向参保地医保经办机构查询"
    until = f" 至 {chinese_day(one.cover_through)}" if one.cover_through else " 起"
    return f"{chinese_day(one.cover_from)}{until}"


def _moment(at: datetime) -> str:
    return at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")
