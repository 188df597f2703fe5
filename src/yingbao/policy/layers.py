"""Files of policy: found, stood upon one another, merged, validated and frozen with a digest."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping
from copy import copy, deepcopy
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from pydantic import ValidationError

from yingbao.policy.errors import PolicyInvalid, UnknownRegion
from yingbao.policy.positions import PathKey, Place, Tree, locate, read_yaml
from yingbao.policy.schema.reference import Category, Document
from yingbao.policy.schema.release import Release
from yingbao.policy.wording import say_fault

REGISTERS = ("documents.yaml", "categories.yaml")
Entry = TypeVar("Entry", Document, Category)
Registers: TypeAlias = tuple[dict[str, Document], dict[str, Category], list[str]]
_REGION = re.compile(r"""^region:\s*["']?([\w-]+)["']?\s*(?:#.*)?$""", re.MULTILINE)
_YEAR = re.compile(r"^benefit_year:\s*(\d{4})\s*(?:#.*)?$", re.MULTILINE)
#: Keys that belong to one file and are not handed down.
OWN = frozenset({"region", "name", "benefit_year", "label", "title", "layer", "extends", "covers"})


@dataclass(frozen=True, slots=True)
class Override:
    """A narrower layer changed a wider layer's rule: what, from, to, and the reason given."""

    path: str
    old: str
    new: str
    reason: str
    place: Place | None


@dataclass(slots=True)
class Merged:
    """A release file merged over its wider layers, still plain data."""

    tree: Tree
    files: tuple[str, ...]
    overrides: tuple[Override, ...]


def builtin_policies() -> Path:
    """The folder of policies that ships with the product: YINGBAO_POLICIES, the wheel's, or the checkout's."""
    chosen = os.environ.get("YINGBAO_POLICIES")
    if chosen:
        return Path(chosen)
    packaged = Path(__file__).resolve().parents[1] / "_policies"
    return packaged if packaged.is_dir() else Path(__file__).resolve().parents[3] / "policies"


class Library:
    """All policy files of a folder. Registers and wider layers missing there come from the built-in folder."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or builtin_policies()
        self.files = self._files(self.folder)
        self._fallback: dict[str, Path] = {}
        if self.folder.resolve() != builtin_policies().resolve():
            self._fallback = self._files(builtin_policies())
        self._trees: dict[Path, Tree] = {}
        self._registers: Registers | None = None

    def _files(self, folder: Path) -> dict[str, Path]:
        """Key `region/year` of every release file in a folder."""
        found: dict[str, Path] = {}
        faults: list[str] = []
        if not folder.is_dir():
            raise PolicyInvalid([f"{folder}：没有这个文件夹，请核对 --policies 的路径"])
        for path in sorted(folder.rglob("*.yaml")):
            if path.name in REGISTERS:
                continue
            key = _key_at_a_glance(path)
            if key is None:
                data = read_yaml(path, self._shown(path, folder)).data
                if "region" not in data or "benefit_year" not in data:
                    faults.append(
                        f"{self._shown(path, folder)}：缺 region（地区代码）或 benefit_year（待遇年度）"
                    )
                    continue
                key = f"{data['region']}/{data['benefit_year']}"
            if key in found:
                here = self._shown(path, folder)
                faults.append(
                    f"{here}：{key} 已有一份 {self._shown(found[key], folder)}，同一地区同一年度只能有一份"
                )
            found[key] = path
        if faults:
            raise PolicyInvalid(faults)
        return found

    @staticmethod
    def _shown(path: Path, folder: Path) -> str:
        return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.name

    def path(self, key: str) -> Path | None:
        """The file of a key, from this folder or the built-in one."""
        return self.files.get(key) or self._fallback.get(key)

    def tree(self, key: str) -> Tree:
        """The unmerged data of one file."""
        path = self.path(key)
        if path is None:
            raise KeyError(key)
        if path not in self._trees:
            folder = self.folder if key in self.files else builtin_policies()
            self._trees[path] = read_yaml(path, self._shown(path, folder))
        return self._trees[path]

    def supplied(self, key: str, values: Mapping[str, tuple[str, str]]) -> Library:
        """This library with parameters of one release filled: name → value (`280元`) and where it comes from.

        A parameter is left open where a notice leaves a figure to a document not at hand; a county has it.
        """
        other, tree = copy(self), self.tree(key)
        data = deepcopy(tree.data)
        parameters = data.setdefault("parameters", {})
        for name, (value, source) in values.items():
            own = parameters.get(name)
            if own is None:
                parameters[name] = {"value": value, "override": f"依 {source} 补填"}
            else:
                own["value"] = value
                own["says"] = f"{own.get('says', '')}；依 {source} 填 {value}"
            _tell_supplied(data, name, value, source)
        path = self.path(key)
        other._trees = {**self._trees, **({path: Tree(data, tree.places)} if path is not None else {})}
        return other

    def keys(self) -> list[str]:
        """Every key of this folder, in order."""
        return sorted(self.files)

    def answering(self) -> list[str]:
        """The keys that answer for a region (not layers)."""
        return [key for key in self.keys() if not self.tree(key).data.get("layer")]

    def resolve(self, region: str, year: int) -> str:
        """The key of the one release that answers for a region: its own, or the pooling region's above it."""
        own = f"{region}/{year}"
        if own in self.files and not self.tree(own).data.get("layer"):
            return own
        for key in self.answering():
            data = self.tree(key).data
            if str(data["benefit_year"]) == str(year) and region in (data.get("covers") or {}):
                return key
        raise UnknownRegion(region, year, self.answering())

    def registers(self) -> Registers:
        """Documents and categories: the built-in ones, the folder's own over them; and the faults found.

        Read once; every caller gets copies of its own.
        """
        if self._registers is None:
            self._registers = self._read_registers()
        documents, categories, faults = self._registers
        return dict(documents), dict(categories), list(faults)

    def _read_registers(self) -> Registers:
        return self._read_registers_of(tuple(dict.fromkeys((builtin_policies(), self.folder))))

    @staticmethod
    def _read_registers_of(folders: tuple[Path, ...]) -> Registers:
        documents: dict[str, Document] = {}
        categories: dict[str, Category] = {}
        faults: list[str] = []
        for folder in folders:
            documents |= _entries(folder / "documents.yaml", Document, faults)
            categories |= _entries(folder / "categories.yaml", Category, faults)
        return documents, categories, faults

    def merged(self, key: str, take: dict[str, str] | None = None) -> Merged:
        """A release merged over its wider layers, with the chosen readings applied.

        Raises PolicyInvalid for a missing or circular `extends`, an unsaid override or an unknown reading.
        """
        chain = self.chain(key)
        tree = Tree(deepcopy(self.tree(chain[-1]).data), dict(self.tree(chain[-1]).places))
        overrides: list[Override] = []
        faults: list[str] = []
        for narrower in reversed(chain[:-1]):
            tree = _merge(tree, self.tree(narrower), overrides, faults)
        for reading, other in {**(tree.data.get("take") or {}), **(take or {})}.items():
            _apply_reading(tree, reading, other, faults)
        if faults:
            raise PolicyInvalid(faults)
        return Merged(tree, tuple(self.tree(k).place(()).file for k in chain), tuple(overrides))  # type: ignore[union-attr]

    def chain(self, key: str) -> list[str]:
        """The key and the layers it stands on, narrowest first."""
        chain: list[str] = []
        at: str | None = key
        while at is not None:
            if at in chain:
                loop = " → ".join([*chain[chain.index(at) :], at])
                raise PolicyInvalid([f"{self._where(chain[0], 'extends')}：继承成环：{loop}"])
            if self.path(at) is None:
                where = self._where(chain[-1], "extends") if chain else key
                raise PolicyInvalid([f"{where}：extends 指向 {at}，没有这份政策文件"])
            chain.append(at)
            at = self.tree(at).data.get("extends")
        return chain

    def _where(self, key: str, *path: str) -> str:
        return str(self.tree(key).place(path) or key)


def _tell_supplied(data: dict[str, Any], name: str, value: str, source: str) -> None:
    """Rules of the file that take the figure say where it comes from; readings of its absence are no readings any more."""
    for rule in (data.get("subsidies") or {}).values():
        if isinstance(rule, dict) and rule.get("amount") == {"parameter": name} and rule.get("says"):
            rule["says"] = f"{rule['says']}（{value}，依 {source}）"
    path = f"parameters.{name}.value"
    readings = data.get("readings") or {}
    for reading_id, reading in list(readings.items()):
        others = reading.get("others") or {}
        for other_id, other in list(others.items()):
            if (other.get("change") or {}).pop(path, None) is not None and not other["change"]:
                del others[other_id]
        if not others:
            del readings[reading_id]


def _entries(path: Path, model: type[Entry], faults: list[str]) -> dict[str, Entry]:
    """The entries of a register file that can be read; the others become faults."""
    found: dict[str, Entry] = {}
    if not path.is_file():
        return found
    tree = read_yaml(path, path.name)
    for key, value in tree.data.items():
        try:
            found[key] = model.model_validate(value)
        except ValidationError as error:
            faults += [say_fault(tree, item, (key,)) for item in error.errors()]
    return found


def _key_at_a_glance(path: Path) -> str | None:
    """`region/year` from the top of a file written as usual, without reading the rest of it."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    region, year = _REGION.search(text), _YEAR.search(text)
    return f"{region.group(1)}/{year.group(1)}" if region and year else None


def _merge(wide: Tree, narrow: Tree, overrides: list[Override], faults: list[str]) -> Tree:
    """Stand `narrow` on `wide`. Filling and adding is free; changing a value needs `override` with a reason."""
    data, places = wide.data, wide.places
    for key in OWN:
        data.pop(key, None)
    _merge_into(data, places, narrow, narrow.data, (), None, overrides, faults)
    places[()] = narrow.places[()]
    return Tree(data, places)


def _merge_into(
    into: dict[str, Any],
    places: dict[PathKey, Place],
    narrow: Tree,
    node: dict[str, Any],
    path: PathKey,
    reason: str | None,
    overrides: list[Override],
    faults: list[str],
) -> None:
    reason = node.get("override", reason) if len(path) >= 1 else None
    # A figure left open is filled in the narrower layer's own words, from its own document.
    filling = path[:1] == ("parameters",) and len(path) == 2 and into.get("value") is None
    for key, value in node.items():
        here = (*path, key)
        if isinstance(value, dict) and set(value) == {"drop"}:
            if into.pop(key, None) is None:
                faults.append(f"{narrow.place(here)}：drop 的 {'.'.join(map(str, here))} 在上层并不存在")
            overrides.append(
                Override(".".join(map(str, here)), "有", "删除", str(value["drop"]), narrow.place(here))
            )
            continue
        old = into.get(key)
        if isinstance(value, dict) and isinstance(old, dict):
            _merge_into(old, places, narrow, value, here, reason, overrides, faults)
            continue
        if isinstance(value, list) and isinstance(old, list) and here == ("gaps",):
            into[key] = [*old, *value]
            _take_places(places, narrow, here)
            continue
        changes = old is not None and old != value and len(path) >= 1 and not filling
        if changes and key != "override" and path[0] not in ("take", "conventions"):
            name = ".".join(map(str, here))
            if reason is None:
                faults.append(
                    f"{narrow.place(here)}：{name} 与上层不一致（上层 {_short(old)}，本层 {_short(value)}）。"
                    "确要改，请在这条规则里写 override 并说明理由"
                )
            else:
                overrides.append(Override(name, _short(old), _short(value), reason, narrow.place(here)))
        into[key] = deepcopy(value)
        _take_places(places, narrow, here)


def _take_places(places: dict[PathKey, Place], narrow: Tree, path: PathKey) -> None:
    for known in [p for p in places if p[: len(path)] == path]:
        del places[known]
    places.update({known: place for known, place in narrow.places.items() if known[: len(path)] == path})


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else text[:57] + "…"


def _apply_reading(tree: Tree, reading: str, other: str, faults: list[str]) -> None:
    """Set the paths of another reading's `change` in the merged data."""
    spec = (tree.data.get("readings") or {}).get(reading)
    if spec is None or other not in (spec.get("others") or {}):
        known = "、".join((spec or {}).get("others") or (tree.data.get("readings") or {}))
        faults.append(
            f"{tree.place(('take', reading))}：没有读法 {reading}: {other}。可选：{known or '（无）'}"
        )
        return
    for path, value in (spec["others"][other].get("change") or {}).items():
        if not set_path(tree.data, path.split("."), deepcopy(value)):
            where = tree.place(("readings", reading, "others", other, "change", path))
            faults.append(f"{where}：读法 {reading}: {other} 要改的 {path} 不存在")


def set_path(data: dict[str, Any], path: list[str], value: Any) -> bool:
    """Set (or with None remove) a dotted path; list items by their index. False if the rule does not exist."""
    node: Any = data
    for depth, key in enumerate(path[:-1]):
        if isinstance(node, list) and key.isdigit() and int(key) < len(node):
            node = node[int(key)]
            continue
        if not isinstance(node, dict) or (key not in node and depth < 2):
            return False
        node = node.setdefault(key, {})
    last = path[-1]
    if isinstance(node, list):
        if not last.isdigit() or int(last) >= len(node) or value is None:
            return False
        node[int(last)] = value
        return True
    if not isinstance(node, dict):
        return False
    if value is None:
        return node.pop(last, None) is not None
    node[last] = value
    return True


def validate(merged: Merged) -> Release:
    """The merged data as a typed release. Raises PolicyInvalid, one sentence per fault, each at its place."""
    try:
        return Release.model_validate(merged.tree.data)
    except ValidationError as error:
        raise PolicyInvalid([say_fault(merged.tree, item) for item in error.errors()]) from error


def digest(merged: Merged, categories: dict[str, Category]) -> str:
    """SHA-256 over the canonical merged data and the classes it may speak of: 64 hexadecimal digits."""

    def plain(value: Any) -> str:
        if isinstance(value, date):
            return value.isoformat()
        return str(value)

    used = {code: category.model_dump(mode="json") for code, category in sorted(categories.items())}
    text = json.dumps(
        [merged.tree.data, used], ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=plain
    )
    return hashlib.sha256(text.encode()).hexdigest()


def position(merged: Merged, *path: str | int) -> Place | None:
    """Where a rule stands."""
    return locate(merged.tree, path)
