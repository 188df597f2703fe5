"""A line of a declaration remembers what the ledger booked it under, and may be accepted without being booked."""

from django.db import migrations, models

_OUTCOMES = ["waiting", "accepted", "unbooked", "refused"]


class Migration(migrations.Migration):
    """One column, which the versions keep too, and one outcome more."""

    dependencies = (("billing", "0002_written_once"), ("journal", "0003_kept_again"))
    operations = (
        migrations.AddField("batchline", "booking_id", models.UUIDField(null=True)),
        migrations.AddConstraint(
            "batchline",
            models.UniqueConstraint(
                fields=["booking_id"],
                name="billing_batch_line_booking",
                condition=models.Q(booking_id__isnull=False),
            ),
        ),
        migrations.RemoveConstraint("batchline", "billing_batch_line_outcome"),
        migrations.AddConstraint(
            "batchline",
            models.CheckConstraint(
                condition=models.Q(outcome__in=_OUTCOMES), name="billing_batch_line_outcome"
            ),
        ),
        migrations.RunSQL("SELECT journal_keep_versions('billing_batch_line')", migrations.RunSQL.noop),
    )
