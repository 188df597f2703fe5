"""Accounts as a Django app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Registers the models under the label `accounts`."""

    name = "yingbao.accounts"
    label = "accounts"
    verbose_name = "人员账户"
