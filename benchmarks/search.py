"""Finding people by each key within one's region against the bare indexed SELECT of the same columns without policies."""

from __future__ import annotations

import statistics
import time
from importlib import import_module
from typing import Any

import psycopg

from benchmarks import rooms
from benchmarks.trial import Figure, peak_mib, rows_or, say

#: Values looked for by each key, each in turn with the bare SELECT; so many more before are not counted.
VALUES, WARM = 300, 20
_PICK = {
    "document": "SELECT document_sealed FROM registry_resident WHERE document_key IS NOT NULL",
    "phone": "SELECT phone_sealed FROM registry_resident WHERE phone_key IS NOT NULL",
    "household": "SELECT number FROM registry_household",
    "name": "SELECT name FROM registry_resident",
    "initials": "SELECT initials FROM registry_resident WHERE length(initials) BETWEEN 2 AND 4",
}


def measure(name: str) -> Figure:
    """The worst key's median time over the bare one's."""
    people = rows_or(rooms.PEOPLE)
    with rooms.cluster() as server:
        database = rooms.filled(server, people)
        rooms.point_at(server, database)
        with psycopg.connect(server.dsn("super", database), prepare_threshold=1) as bare:
            found = {key: _by(key, bare) for key in _PICK}
    ratios = {key: ours / theirs for key, (ours, theirs) in found.items()}
    worst = max(ratios, key=lambda key: ratios[key])
    return Figure(
        name=name,
        value=found[worst][0],
        unit="ms",
        ratio=ratios[worst],
        against="the bare indexed SELECT of the same columns by the same key, prepared, as superuser",
        bar=5.0,
        better="lower",
        rows=people,
        peak_mib=peak_mib(),
        extra={
            "worst": worst,
            **{f"{key}_ms": ours for key, (ours, _) in found.items()},
            **{f"{key}_ratio": ratio for key, ratio in ratios.items()},
        },
    )


def _by(key: str, bare: psycopg.Connection[Any]) -> tuple[float, float]:
    """Median milliseconds of `search` and of the bare SELECT for the same values, in turn."""
    from yingbao.journal.scope import within  # noqa: PLC0415 - Django is set up by now

    room: Any = import_module("yingbao.registry.queries.search")
    typed = _typed(key, bare)
    ours, theirs = [], []
    with within(rooms.REGION):
        for turn, text in enumerate([*typed[:WARM], *typed]):
            kind, values = room.key_of(text)

            def plain(kind: str = kind, values: Any = values) -> list[Any]:
                cursor = psycopg.RawCursor(bare)
                return cursor.execute(room.SQL[kind], [room.LIMIT, *values]).fetchall()

            def ask(text: str = text) -> tuple[Any, ...]:
                return tuple(room.search(text))

            # whoever comes first reads the pages in: they take turns at it
            took: dict[Any, float] = {}
            found: dict[Any, int] = {}
            for work in (ask, plain) if turn % 2 else (plain, ask):
                begun = time.perf_counter()
                found[work] = len(work())
                took[work] = (time.perf_counter() - begun) * 1000
            if found[ask] != found[plain] or kind != key:
                raise AssertionError(f"{key}: {found[ask]} found, {found[plain]} without policies")
            if turn >= WARM:
                ours.append(took[ask])
                theirs.append(took[plain])
    medians = statistics.median(ours), statistics.median(theirs)
    say(f"  {key}: {medians[0]:.3f} ms, bare {medians[1]:.3f} ms")
    return medians


def _typed(key: str, bare: psycopg.Connection[Any]) -> list[str]:
    """What a clerk would type, of people spread over the whole table."""
    from yingbao.journal.keys import sealer  # noqa: PLC0415 - after the environment
    from yingbao.registry.fields import DOCUMENT, PHONE  # noqa: PLC0415

    column = f"SELECT picked.* FROM ({_PICK[key]}) picked"
    bare.execute("SELECT setseed(0.5)")
    rows = bare.execute(f"{column} ORDER BY random() LIMIT {VALUES}").fetchall()
    bare.commit()
    if key in ("document", "phone"):
        field = DOCUMENT if key == "document" else PHONE
        return [sealer().unseal(bytes(value), field) for (value,) in rows]
    return [str(value) for (value,) in rows]
