"""What was wrong with the rows of a load."""

from __future__ import annotations

from django.db import models

from yingbao.kernel.ids import uuid7


class LoadFault(models.Model):
    """One thing wrong with one row of a population file; `row` as people count it, `outcome` of `loading.faults.OUTCOMES`.

    `place` is the column. Kept with the journal entry of the load and the run that asked for it; never changed.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    entry_id = models.UUIDField()
    run_id = models.UUIDField(null=True)
    unit_code = models.TextField()
    row = models.IntegerField()
    outcome = models.TextField()
    place = models.TextField()
    sentence = models.TextField()

    class Meta:
        db_table = "registry_load_fault"
        indexes = (models.Index(fields=["entry_id", "row"], name="registry_load_fault_entry"),)
