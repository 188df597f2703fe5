"""Billing as a Django app."""

from django.apps import AppConfig


class BillingConfig(AppConfig):
    """Registers the models under the label `billing`."""

    name = "yingbao.billing"
    label = "billing"
    verbose_name = "账单与预征清册"
