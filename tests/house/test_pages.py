"""Conventions about pages: a permission or a reason on every view, no unused template, nothing inline, no foreign asset."""

import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.urls import URLPattern, URLResolver

from yingbao.config import urls

HOUSE = Path(__file__).resolve().parents[2]
WEB = HOUSE / "src" / "yingbao" / "web"
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))
TEXT = {path: path.read_text(encoding="utf-8") for path in TEMPLATES}


def name(path: Path) -> str:
    return path.relative_to(WEB / "templates").as_posix()


def views(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[tuple[str, object]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from views(pattern.url_patterns, prefix + str(pattern.pattern))
        else:
            yield prefix + str(pattern.pattern), pattern.callback


def test_every_view_has_a_permission_or_a_reason_to_be_open() -> None:
    silent = [
        address
        for address, view in views(urls.urlpatterns)
        if not getattr(view, "permission_name", None) and not getattr(view, "open_because", None)
    ]
    assert silent == []


def test_every_view_is_named() -> None:
    nameless = [str(p.pattern) for p in urls.urlpatterns if isinstance(p, URLPattern) and not p.name]
    assert nameless == []


def test_every_handler_exists() -> None:
    for handler in (urls.handler400, urls.handler403, urls.handler404, urls.handler500):
        module, _, function = handler.rpartition(".")
        assert callable(getattr(importlib.import_module(module), function))


def test_no_template_is_unused() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in WEB.rglob("*.py")) + "".join(TEXT.values())
    assert [name(path) for path in TEMPLATES if f'"{name(path)}"' not in code] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_nothing_stands_inline_and_nothing_comes_from_elsewhere(path: Path) -> None:
    text = re.sub(r"{#.*?#}", "", TEXT[path])
    assert re.findall(r"\sstyle=|<style|javascript:|\son[a-z]+=\"", text) == []
    assert re.findall(r"<script(?![^>]*\ssrc=)", text) == []
    assert re.findall(r"(?:src|href|action)=\"(?:https?:)?//", text) == []
    assert "|safe" not in text


def test_the_stylesheet_asks_nobody_for_anything() -> None:
    text = (WEB / "static" / "yingbao.css").read_text(encoding="utf-8")
    assert re.findall(r"@import|https?:|url\(", text) == []
    assert len(text) < 64_000


def test_the_front_lock_names_no_registry() -> None:
    lock = (HOUSE / "package-lock.json").read_text(encoding="utf-8")
    assert '"resolved"' not in lock
    assert '"integrity": "sha512-' in lock
