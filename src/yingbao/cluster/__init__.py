"""The machine's own PostgreSQL: made, started, stopped, backed up and restored; the processes of one machine."""
