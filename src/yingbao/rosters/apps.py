"""Rosters as a Django app."""

from django.apps import AppConfig


class RostersConfig(AppConfig):
    """Registers the models under the label `rosters`."""

    name = "yingbao.rosters"
    label = "rosters"
    verbose_name = "名册"
