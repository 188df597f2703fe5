"""Two records of one person made one, and one made two again: asked by one, decided by another."""

from __future__ import annotations

from django.db import models

from yingbao.journal.models import Versioned
from yingbao.kernel.ids import uuid7
from yingbao.registry.models.people import Resident


class Merge(Versioned):
    """A request that `gone` be merged into `kept` (or, as `split`, parted again), and its decision."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.TextField()
    kept = models.ForeignKey(Resident, models.PROTECT, related_name="+")
    gone = models.ForeignKey(Resident, models.PROTECT, related_name="+")
    grounds = models.TextField()
    asked_by = models.UUIDField(null=True)
    asked_by_name = models.TextField()
    asked_at = models.DateTimeField()
    outcome = models.TextField(default="waiting")
    decided_by = models.UUIDField(null=True)
    decided_by_name = models.TextField(blank=True)
    decided_at = models.DateTimeField(null=True)
    decision_grounds = models.TextField(blank=True)
    moved = models.JSONField(default=dict)

    class Meta:
        db_table = "registry_merge"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(kind__in=["merge", "split"]), name="registry_merge_kind"
            ),
            models.CheckConstraint(
                condition=models.Q(outcome__in=["waiting", "approved", "refused"]),
                name="registry_merge_outcome",
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by__isnull=True) | ~models.Q(decided_by=models.F("asked_by")),
                name="registry_merge_two_people",
            ),
            models.UniqueConstraint(
                fields=["kept", "gone"],
                name="registry_merge_once",
                condition=models.Q(outcome="waiting"),
            ),
        )
