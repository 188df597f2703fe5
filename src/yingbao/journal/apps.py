"""The journal as a Django app."""

from django.apps import AppConfig


class JournalConfig(AppConfig):
    """Registers the models under the label `journal`."""

    name = "yingbao.journal"
    label = "journal"
    verbose_name = "日志"
