"""Which PostgreSQL is run."""

from pathlib import Path

import pytest

from yingbao.cluster.binaries import binaries
from yingbao.cluster.errors import BinariesMissing


def test_without_a_word_it_is_the_wheels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("YINGBAO_PGBIN", raising=False)
    found = binaries()
    assert found.major >= 18
    assert Path(found.path("pg_dump")).is_file()


def test_a_folder_without_postgres_is_refused_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YINGBAO_PGBIN", str(tmp_path))
    with pytest.raises(BinariesMissing, match="YINGBAO_PGBIN"):
        binaries()


def test_a_program_that_is_not_there_is_named() -> None:
    with pytest.raises(BinariesMissing, match="pg_nothing"):
        binaries().path("pg_nothing")
