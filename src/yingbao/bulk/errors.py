"""What can be wrong with a population file, in words a clerk can use."""

from __future__ import annotations

from yingbao.kernel.refusal import Invalid, NotFound


class SnapshotMissing(NotFound):
    """There is no such file."""

    code = "snapshot-missing"

    def __init__(self, path: str) -> None:
        super().__init__(f"{path}：没有这个文件，请核对路径", file=path)


class SnapshotUnreadable(Invalid):
    """The file is neither Parquet nor CSV, or is damaged."""

    code = "snapshot-unreadable"

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(f"{path}：读不了（{problem}）。请用 Parquet 或 UTF-8 的 CSV 重新导出", file=path)


class SnapshotColumns(Invalid):
    """Columns the release asks for are not there, or are of another type."""

    code = "snapshot-columns"

    def __init__(self, path: str, missing: list[str], wrong: list[str]) -> None:
        parts = []
        if missing:
            parts.append(f"缺列 {'、'.join(missing)}；没有数据的列也要有，整列留空即可")
        if wrong:
            parts.append(f"列的类型不对：{'、'.join(wrong)}")
        super().__init__(
            f"{path}：{'；'.join(parts)}。各列说明见 docs/reference/snapshot.md",
            file=path,
            missing=len(missing),
        )


class EngineMissing(Invalid):
    """The engine asked for is not part of this installation."""

    code = "engine-missing"

    def __init__(self, engine: str) -> None:
        super().__init__(
            f"这次安装没有 {engine} 引擎，现有：duckdb。请去掉 --engine 或写 --engine duckdb", engine=engine
        )


class OutputUnwritable(Invalid):
    """The output cannot be written."""

    code = "output-unwritable"

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(f"{path}：写不了（{problem}）。请核对文件夹是否存在、是否有权限与空间", file=path)
