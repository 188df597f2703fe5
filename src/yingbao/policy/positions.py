"""Reading YAML so that every value knows the file, line and column it came from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.scalarbool import ScalarBoolean

from yingbao.policy.errors import PolicyFileUnreadable

PathKey = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands: file name as given, line and column counted from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file} 第 {self.line} 行第 {self.column} 列"


@dataclass(slots=True)
class Tree:
    """Plain data of one or more merged files, and the place of every key in it."""

    data: dict[str, Any]
    places: dict[PathKey, Place]

    def place(self, path: PathKey) -> Place | None:
        """The place of `path`, or of the nearest enclosing key that has one."""
        for end in range(len(path), -1, -1):
            found = self.places.get(path[:end])
            if found is not None:
                return found
        return None


def read_yaml(path: Path, shown_as: str | None = None) -> Tree:
    """Read one YAML file whose top is a mapping.

    Raises PolicyFileUnreadable naming file, line and what is wrong.
    """
    name = shown_as or str(path)
    try:
        loaded = YAML(typ="rt").load(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise PolicyFileUnreadable(name, None, "不是 UTF-8 文本，请另存为 UTF-8 后再试") from error
    except OSError as error:
        raise PolicyFileUnreadable(name, None, f"打不开（{error.strerror}），请核对路径与权限") from error
    except MarkedYAMLError as error:
        mark = error.problem_mark
        where = Place(name, mark.line + 1, mark.column + 1) if mark else None
        problem = str(error.problem)
        if problem.startswith("found duplicate key"):
            problem = f"键 {problem.split(chr(34))[1]} 写了两遍，请合并或改名"
        raise PolicyFileUnreadable(name, where, f"不是合规的 YAML：{problem}") from error
    except (YAMLError, ValueError) as error:
        impossible = _impossible_day(path.read_text(encoding="utf-8"), name)
        if impossible is not None:
            raise PolicyFileUnreadable(name, *impossible) from error
        raise PolicyFileUnreadable(name, None, f"不是合规的 YAML：{error}") from error
    if not isinstance(loaded, CommentedMap):
        raise PolicyFileUnreadable(name, None, "最外层应为“键: 值”的映射，文件可能是空的")
    places: dict[PathKey, Place] = {(): Place(name, 1, 1)}
    data = _plain(loaded, (), name, places)
    return Tree(data, places)


def _impossible_day(text: str, name: str) -> tuple[Place, str] | None:
    """The first date in a file that is on no calendar: YAML says that there is one, but not where."""
    for number, line in enumerate(text.splitlines(), 1):
        for match in re.finditer(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b", line):
            try:
                date(*map(int, match.groups()))
            except ValueError:
                return Place(name, number, match.start() + 1), f"日期 {match[0]} 不存在，请核对"
    return None


def _plain(node: Any, path: PathKey, name: str, places: dict[PathKey, Place]) -> Any:
    """Strip ruamel's types; note places on the way."""
    if isinstance(node, CommentedMap):
        result: dict[str, Any] = {}
        for key, value in node.items():
            text = str(key)
            line, column = node.lc.key(key)
            places[(*path, text)] = Place(name, line + 1, column + 1)
            result[text] = _plain(value, (*path, text), name, places)
        return result
    if isinstance(node, CommentedSeq):
        items = []
        for index, value in enumerate(node):
            line, column = node.lc.item(index)
            places[(*path, index)] = Place(name, line + 1, column + 1)
            items.append(_plain(value, (*path, index), name, places))
        return items
    return _scalar(node)


def _scalar(value: Any) -> Any:
    """ruamel's scalar subclasses as the plain Python value they stand for."""
    if isinstance(value, bool | ScalarBoolean):
        return bool(value)
    for kind in (int, float, str):
        if isinstance(value, kind) and type(value) is not kind:
            return kind(value)
    return value


def locate(tree: Tree, loc: tuple[Any, ...]) -> Place | None:
    """The place of a pydantic error location, which may carry type names between the keys."""
    node: Any = tree.data
    path: list[str | int] = []
    for part in loc:
        if isinstance(node, Mapping) and str(part) in node:
            path.append(str(part))
            node = node[str(part)]
        elif isinstance(node, list) and isinstance(part, int) and part < len(node):
            path.append(part)
            node = node[part]
    return tree.place(tuple(path))
