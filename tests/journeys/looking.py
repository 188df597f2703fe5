"""Looking at a page that a journey has come to, at every width."""

from __future__ import annotations

from playwright.sync_api import Page

from journeys.browser import DESK, PHONE, faults, picture, sideways

SMALL = 360


def looked(page: Page, name: str) -> None:
    """A picture at 1280, 390 and 360; nothing sideways, nothing axe finds."""
    for width in (PHONE, SMALL, DESK):
        page.set_viewport_size({"width": width, "height": 900})
        picture(page, name, width)
        assert sideways(page) <= 0, (name, width)
    assert faults(page) == [], name
