"""What the ledger refuses."""

from __future__ import annotations

from typing import ClassVar

from yingbao.kernel.refusal import NotFound


class AccountNotFound(NotFound):
    """No such account within the region."""

    code: ClassVar[str] = "account-not-found"

    def __init__(self) -> None:
        super().__init__("没有这个科目，或不在您的管辖范围，请从账簿的科目表里选")


class VoucherNotFound(NotFound):
    """No such voucher within the region."""

    code: ClassVar[str] = "voucher-not-found"

    def __init__(self) -> None:
        super().__init__("没有这张凭证，或不在您的管辖范围，请从科目明细里选")
