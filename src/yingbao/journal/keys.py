"""The sealer of this installation: keys from outside the database, opened once a process."""

from __future__ import annotations

from functools import cache

from yingbao.cluster.folder import state_folder
from yingbao.seal import Sealer, keys_path, open_sealer


@cache
def sealer() -> Sealer:
    """Seals, indexes and codes with the installation's keys. Raises KeysMissing, KeysExposed, KeysUnusable."""
    return open_sealer(keys_path(state_folder()))
