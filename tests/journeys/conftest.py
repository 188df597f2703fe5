"""Journeys in a browser against a database of their own."""

from __future__ import annotations

from journeys.browser import *  # noqa: F403
