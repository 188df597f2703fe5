"""The registry as a Django app."""

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    """Registers the models under the label `registry`."""

    name = "yingbao.registry"
    label = "registry"
    verbose_name = "参保登记"
