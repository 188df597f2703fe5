"""Accounts, vouchers and postings. Nobody changes or deletes any of them: a correction is a voucher that names the other."""

from __future__ import annotations

from django.db import models

from yingbao.kernel.ids import uuid7
from yingbao.ledger.accounts import KINDS
from yingbao.ledger.states import VOUCHERS


class Account(models.Model):
    """An account (科目). Its id is made of its code (`accounts.Account.id`). It carries no balance: postings prove one."""

    id = models.UUIDField(primary_key=True, editable=False)
    code = models.TextField(unique=True)
    kind = models.TextField()
    party = models.TextField()
    unit_code = models.TextField()

    class Meta:
        db_table = "ledger_account"
        constraints = (
            models.CheckConstraint(condition=models.Q(kind__in=list(KINDS)), name="ledger_account_kind"),
        )


class Voucher(models.Model):
    """One happening booked (凭证): a payment received, a refund. `subject_id` is the thing that caused it, once a kind.

    `on` is the day in China it counts for, `at` the instant it was written; `reverses` is the voucher it takes back.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.TextField()
    unit_code = models.TextField()
    on = models.DateField()
    at = models.DateTimeField()
    subject_id = models.UUIDField()
    reverses = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", db_index=False)
    journal_id = models.UUIDField()

    class Meta:
        db_table = "ledger_voucher"
        indexes = (
            models.Index(
                fields=["reverses"],
                name="ledger_voucher_reverses",
                condition=models.Q(reverses__isnull=False),
            ),
        )
        constraints = (
            models.CheckConstraint(condition=models.Q(kind__in=list(VOUCHERS)), name="ledger_voucher_kind"),
            models.UniqueConstraint(fields=["subject_id", "kind"], name="ledger_voucher_once"),
        )


class Posting(models.Model):
    """One amount from one account to another (分录): debit and credit stand in one row, so that nothing can be unbalanced.

    `about` is the bill it concerns where there is one; `unit_code` the unit of that bill's person.
    """

    pk = models.CompositePrimaryKey("voucher_id", "line")
    voucher = models.ForeignKey(Voucher, models.PROTECT, related_name="postings", db_index=False)
    line = models.SmallIntegerField()
    debit = models.ForeignKey(Account, models.PROTECT, related_name="+", db_index=False)
    credit = models.ForeignKey(Account, models.PROTECT, related_name="+", db_index=False)
    fen = models.BigIntegerField()
    unit_code = models.TextField()
    about = models.UUIDField(null=True)
    on = models.DateField()
    at = models.DateTimeField()

    class Meta:
        db_table = "ledger_posting"
        indexes = (
            models.Index(fields=["debit", "on"], name="ledger_posting_debit"),
            models.Index(fields=["credit", "on"], name="ledger_posting_credit"),
            models.Index(
                fields=["about"], name="ledger_posting_about", condition=models.Q(about__isnull=False)
            ),
        )
        constraints = (
            models.CheckConstraint(condition=models.Q(fen__gt=0), name="ledger_posting_amount"),
            models.CheckConstraint(
                condition=~models.Q(debit=models.F("credit")), name="ledger_posting_two_accounts"
            ),
        )
