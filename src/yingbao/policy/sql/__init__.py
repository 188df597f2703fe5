"""The same release for everyone at once: one SELECT over a snapshot, written as a sqlglot tree."""

from yingbao.policy.sql.writer import SqlReading, columns_read, to_sql

__all__ = ["SqlReading", "columns_read", "to_sql"]
