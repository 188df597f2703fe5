"""Which PostgreSQL: the one named by DSN, or the machine's own."""

from __future__ import annotations

import os
from typing import Any, Literal

from psycopg.conninfo import conninfo_to_dict

from yingbao.cluster.folder import dsn_of


def database(role: Literal["app", "owner"]) -> dict[str, Any]:
    """Django's settings for a role: `app` reads and writes rows and owns nothing, `owner` migrates.

    YINGBAO_DSN and YINGBAO_OWNER_DSN name another server (PostgreSQL 15 or later); without them it is the
    cluster of the state folder.
    """
    variable = {"app": "YINGBAO_DSN", "owner": "YINGBAO_OWNER_DSN"}[role]
    parts = conninfo_to_dict(os.environ.get(variable) or dsn_of(role))
    known = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    options: dict[str, Any] = {name: value for name, value in parts.items() if name not in known}
    pool = int(os.environ.get("YINGBAO_POOL", "8"))
    if role == "app" and pool:
        options["pool"] = {"min_size": 1, "max_size": pool, "timeout": 10}
    return {
        "ENGINE": "django.db.backends.postgresql",
        **{theirs: str(parts.get(name, "")) for name, theirs in known.items()},
        "OPTIONS": options,
        "CONN_MAX_AGE": 0,
        "DISABLE_SERVER_SIDE_CURSORS": True,
    }
