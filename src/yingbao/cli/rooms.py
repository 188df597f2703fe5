"""The rooms behind the commands: Django is set up when a verb needs it."""

from __future__ import annotations

import os


def open_rooms() -> None:
    """Read the settings and load the rooms; the database is asked only when a row is wanted."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yingbao.config.settings")
    import django

    django.setup()
