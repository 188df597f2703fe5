"""Tables of the journal. Private: other rooms come through `actions` and `queries`."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.db.models.functions import Cast, Now, NullIf

from yingbao.kernel.ids import uuid7


class Versioned(models.Model):
    """A row whose earlier versions are kept by triggers (`journal_keep_versions`) and which nobody deletes.

    `known_from`: since when the program has known the row as it stands. `entry_id`: the journal entry under which
    it was written so.
    """

    known_from = models.DateTimeField(db_default=TransactionNow(), editable=False)
    entry_id = models.UUIDField(
        db_default=Cast(
            NullIf(
                models.Func(models.Value("app.entry"), models.Value(True), function="current_setting"),
                models.Value(""),
            ),
            models.UUIDField(),
        ),
        editable=False,
        null=True,
    )

    class Meta:
        abstract = True


class Entry(models.Model):
    """One deed: who did what to which thing, when, on what grounds. Appended, never changed.

    `facts` holds what was before and after, without ID numbers or telephone numbers. `mac` is the keyed code over
    all of it (HMAC-SM3), so that a row changed or slipped in past the program is found.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    at = models.DateTimeField()
    staff_id = models.UUIDField(null=True)
    staff_name = models.TextField()
    role = models.TextField()
    unit_code = models.TextField()
    action = models.TextField()
    subject = models.TextField()
    subject_id = models.UUIDField(null=True)
    grounds = models.TextField(blank=True)
    facts = models.JSONField(default=dict)
    address = models.TextField(blank=True)
    mac = models.BinaryField()

    class Meta:
        db_table = "journal_entry"
        indexes = (
            models.Index(fields=["subject_id", "at"], name="journal_entry_subject"),
            models.Index(fields=["unit_code", "-at"], name="journal_entry_unit"),
            models.Index(fields=["staff_id", "-at"], name="journal_entry_staff"),
        )


class Seal(models.Model):
    """A batch of entries sealed together: their ids and digests in order, chained to the batch before (SM3)."""

    number = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    through_at = models.DateTimeField()
    entries = ArrayField(models.UUIDField())
    digests = models.BinaryField()
    previous = models.BinaryField()
    digest = models.BinaryField()
    mac = models.BinaryField()

    class Meta:
        db_table = "journal_seal"


class Run(models.Model):
    """A piece of long work that survives the page: how far it is, how it ended."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.TextField()
    unit_code = models.TextField()
    staff_id = models.UUIDField(null=True)
    staff_name = models.TextField()
    asked_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    outcome = models.TextField(default="waiting")
    sentence = models.TextField(blank=True)
    given = models.JSONField(default=dict)

    class Meta:
        db_table = "journal_run"
        indexes = (models.Index(fields=["unit_code", "-asked_at"], name="journal_run_unit"),)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(outcome__in=["waiting", "running", "done", "partly", "failed"]),
                name="journal_run_outcome",
            ),
        )


class Outbox(models.Model):
    """News for rooms above, written with the deed in one transaction and taken once."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    at = models.DateTimeField(db_default=Now())
    topic = models.TextField()
    entry_id = models.UUIDField()
    facts = models.JSONField(default=dict)
    taken_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "journal_outbox"
        indexes = (
            models.Index(
                fields=["topic", "id"], name="journal_outbox_open", condition=models.Q(taken_at__isnull=True)
            ),
        )
