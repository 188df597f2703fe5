"""The `yingbao` command. Exit codes: docs/reference/commands.md."""
