"""Who brings money, by which keys we know them, and what they have already sent."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from yingbao.journal.models import Versioned
from yingbao.kernel.ids import uuid7
from yingbao.payments.states import CHANNELS, SCHEMES


class Channel(Versioned):
    """A bank, a platform, the tax authority, an office's counter: who brings money for the people of a unit.

    `addresses`: networks (CIDR) it may call from; none, none is let in. `per_minute`: how often it may call.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.TextField()
    name = models.TextField()
    kind = models.TextField()
    unit_code = models.TextField()
    addresses = ArrayField(models.TextField(), default=list)
    per_minute = models.IntegerField(default=6000)
    open = models.BooleanField(default=True)

    class Meta:
        db_table = "payments_channel"
        constraints = (
            models.UniqueConstraint(fields=["code"], name="payments_channel_code"),
            models.CheckConstraint(condition=models.Q(kind__in=list(CHANNELS)), name="payments_channel_kind"),
        )


class ChannelKey(Versioned):
    """A key a channel signs with: a public key (SM2 hex point, RSA PEM), or a shared secret, sealed.

    Several may be valid at once, so that a channel changes its key without a pause. `key_id` is named in each call.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="keys", db_index=False)
    key_id = models.TextField()
    scheme = models.TextField()
    public = models.TextField(default="")
    secret_sealed = models.BinaryField(null=True)
    from_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "payments_channel_key"
        constraints = (
            models.UniqueConstraint(fields=["channel", "key_id"], name="payments_channel_key_id"),
            models.CheckConstraint(
                condition=models.Q(scheme__in=list(SCHEMES)), name="payments_channel_key_scheme"
            ),
            models.CheckConstraint(
                condition=models.Q(scheme="HMAC-SM3", secret_sealed__isnull=False, public="")
                | (
                    ~models.Q(scheme="HMAC-SM3") & models.Q(secret_sealed__isnull=True) & ~models.Q(public="")
                ),
                name="payments_channel_key_material",
            ),
        )


class Nonce(models.Model):
    """A call a channel has made: the same nonce is not taken again. Kept for as long as a call may be old."""

    pk = models.CompositePrimaryKey("channel_id", "nonce")
    channel = models.ForeignKey(
        Channel, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    nonce = models.TextField()
    at = models.DateTimeField()

    class Meta:
        db_table = "payments_nonce"
        indexes = (models.Index(fields=["at"], name="payments_nonce_at"),)
