"""A server with the pages and a browser to look at them: fixtures for any test that wants eyes.

In a conftest: `from journeys.browser import *  # noqa: F403`. A test asks for `look` and calls it with a path: it opens
the page at a width, refuses sideways scrolling and every fault axe finds, and leaves a picture in build/screenshots.
"""

from __future__ import annotations

import os
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from functools import wraps
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.handlers.wsgi import WSGIHandler
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Playwright, sync_playwright

__all__ = ["DESK", "PHONE", "browser", "live", "look", "opened", "patient"]

DESK, PHONE = 1280, 390
HOUSE = Path(__file__).resolve().parents[2]
PICTURES = HOUSE / "build" / "screenshots"
#: `PAUSE=0.4` finds the assertion that looks before the page is whole.
PAUSE = float(os.environ.get("PAUSE", "0"))
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--headless",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


class Quiet(WSGIRequestHandler):
    """Says nothing on standard error."""

    def log_message(self, format: str, *args: Any) -> None:
        pass


class Threaded(ThreadingMixIn, WSGIServer):
    """One thread a request; a browser opens several connections."""

    daemon_threads = True
    block_on_close = False


def halting(application: Callable[..., Any], pause: float) -> Callable[..., Any]:
    """The application on a bad line: every answer comes late and stops half way, `pause` seconds in all."""

    def answer(environ: Any, start: Any) -> Iterator[bytes]:
        pieces = application(environ, start)
        try:
            for piece in pieces:
                time.sleep(pause / 2)
                yield piece[: len(piece) // 2]
                time.sleep(pause / 2)
                yield piece[len(piece) // 2 :]
        finally:
            if hasattr(pieces, "close"):
                pieces.close()

    return answer


def serve(application: Callable[..., Any]) -> Iterator[str]:
    """An address at which the application answers for as long as the generator lives."""
    if PAUSE:
        application = halting(application, PAUSE)
    server = make_server("127.0.0.1", 0, application, Threaded, Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def live() -> Iterator[str]:
    """The address of the application under the settings of the moment. A room with a database overrides it."""
    yield from serve(WSGIHandler())


_opened: list[tuple[Playwright, Browser]] = []


def then_whole(act: Callable[..., None]) -> Callable[..., None]:
    """The locator's act, and then the wait for the page that it leads to.

    A click returns as soon as the next page begins to arrive; what a test reads next would be a part of it.
    """

    @wraps(act)
    def acted(one: Locator, *args: Any, **options: Any) -> None:
        act(one, *args, **options)
        one.page.wait_for_load_state()

    return acted


@pytest.fixture(scope="session")
def patient() -> Iterator[None]:
    """Whoever clicks or presses a key sees the next page whole."""
    with pytest.MonkeyPatch.context() as changed:
        for act in ("click", "press"):
            changed.setattr(Locator, act, then_whole(getattr(Locator, act)))
        yield


@pytest.fixture(scope="session")
def browser(patient: None) -> Iterator[Browser]:
    """Debian's Chromium, once a session, also where two conftests bring this fixture."""
    if not _opened:
        playwright = sync_playwright().start()
        _opened.append((playwright, playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)))
    yield _opened[0][1]
    while _opened:
        playwright, chromium = _opened.pop()
        chromium.close()
        playwright.stop()


@pytest.fixture
def opened(browser: Browser, live: str) -> Iterator[Callable[..., BrowserContext]]:
    """Opens a window of a width, with cookies: `opened(390, {"as": "clerk"})`."""
    contexts: list[BrowserContext] = []

    def window(width: int = DESK, cookies: dict[str, str] | None = None, **options: Any) -> BrowserContext:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            base_url=live,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            **options,
        )
        context.add_cookies([{"name": k, "value": v, "url": live} for k, v in (cookies or {}).items()])
        contexts.append(context)
        return context

    yield window
    for context in contexts:
        context.close()


@pytest.fixture
def look(opened: Callable[..., BrowserContext]) -> Callable[..., Page]:
    """Opens a page and looks at it: `look("/policy/", PHONE, cookies={"as": "clerk"}, name="policy")`."""

    def at(
        path: str,
        width: int = DESK,
        *,
        cookies: dict[str, str] | None = None,
        name: str = "",
        status: int = 200,
    ) -> Page:
        page = opened(width, cookies).new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on(
            "console",
            lambda message: (
                errors.append(message.text) if "Content Security Policy" in message.text else None
            ),
        )
        response = page.goto(path)
        page.wait_for_load_state("networkidle")
        assert response is not None
        assert response.status == status
        picture(page, name or path, width)
        assert errors == []
        assert sideways(page) <= 0
        assert faults(page) == []
        return page

    return at


def picture(page: Page, name: str, width: int) -> Path:
    """The whole page as build/screenshots/NAME-WIDTH.png."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    plain = re.sub(r"[^\w-]+", "-", name).strip("-") or "root"
    file = PICTURES / f"{plain}-{width}.png"
    page.screenshot(path=str(file), full_page=True)
    return file


def sideways(page: Page) -> int:
    """By how many pixels the page scrolls sideways."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def faults(page: Page) -> list[str]:
    """What axe finds: rule, and the first place."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [f"{fault['id']}: {fault['nodes'][0]['html'][:200]}" for fault in found]
