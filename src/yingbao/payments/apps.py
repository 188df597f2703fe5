"""Payments as a Django app."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """Registers the models under the label `payments`."""

    name = "yingbao.payments"
    label = "payments"
    verbose_name = "缴费"
