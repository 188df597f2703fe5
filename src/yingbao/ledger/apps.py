"""The ledger as a Django app."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Registers the models under the label `ledger`."""

    name = "yingbao.ledger"
    label = "ledger"
    verbose_name = "账簿"
