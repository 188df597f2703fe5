"""A whole folder of policies: each file's own faults, and what the files say of each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from yingbao.kernel.refusal import Refusal
from yingbao.policy.check.findings import Counts, Finding, Report, from_sentence, once
from yingbao.policy.check.release import prove
from yingbao.policy.layers import REGISTERS, Library, validate
from yingbao.policy.policy import Policy
from yingbao.policy.positions import Tree, read_yaml
from yingbao.policy.schema.reference import Category, Document

T = TypeVar("T")


class Readable(Library):
    """The files of a folder that can be read; what is wrong with the others is kept in `faults`."""

    def __init__(self, folder: Path | None = None) -> None:
        self.faults: list[Finding] = []
        self._read: dict[Path, Tree] = {}
        self._registers: tuple[dict[str, Document], dict[str, Category], list[str]] | None = None
        super().__init__(folder)
        self._trees.update(self._read)

    def registers(self) -> tuple[dict[str, Document], dict[str, Category], list[str]]:
        """As of any library, but read once for all its releases."""
        if self._registers is None:
            self._registers = super().registers()
        documents, categories, faults = self._registers
        return dict(documents), dict(categories), list(faults)

    def _files(self, folder: Path) -> dict[str, Path]:
        found: dict[str, Path] = {}
        if not folder.is_dir():
            return super()._files(folder)
        for path in sorted(folder.rglob("*.yaml")):
            name = path.relative_to(folder).as_posix()
            if path.name in REGISTERS:
                continue
            try:
                self._read[path] = read_yaml(path, name)
            except Refusal as refusal:
                self.faults.append(from_sentence(str(refusal), name, "file-unreadable"))
                continue
            data = self._read[path].data
            key = f"{data.get('region')}/{data.get('benefit_year')}"
            if "region" not in data or "benefit_year" not in data:
                sentence = f"{name}：缺 region（地区代码）或 benefit_year（待遇年度）"
                self.faults.append(Finding("fault", name, None, "region", "file-unplaced", sentence))
            elif key in found:
                other = found[key].relative_to(folder).as_posix()
                sentence = f"{name}：{key} 已有一份 {other}，同一地区同一年度只能有一份"
                self.faults.append(Finding("fault", name, None, "region", "release-twice", sentence))
            else:
                found[key] = path
        return found


def check_folder(folder: Path | None = None) -> Report:
    """Prove every release of a folder, or of the built-in one. Files that cannot be read are findings too."""
    library = Readable(folder)
    report = check_library(library)
    return Report(once([*library.faults, *report.findings]), report.counts)


def check_library(library: Library) -> Report:
    """Prove every release of a library; the faults of one file hide none of another."""
    findings: list[Finding] = []
    counts = Counts()
    findings += _one_answer(library)
    keys = library.keys()
    for key in keys:
        file = _file(library, key)
        if library.tree(key).data.get("layer"):
            findings += _attempt(file, lambda key=key: validate(library.merged(key)))[1]  # type: ignore[misc]
            continue
        policy, faults = _attempt(file, lambda key=key: Policy(library, key))  # type: ignore[misc]
        findings += faults
        if policy is not None:
            book = prove(policy)
            findings += book.findings
            counts.add(book.counts)
    findings += _unused_layers(library)
    return Report(once(findings), counts)


def _attempt(file: str, load: Callable[[], T]) -> tuple[T | None, list[Finding]]:
    """What loads, or the findings that say why it does not."""
    try:
        return load(), []
    except Refusal as refusal:
        faults = getattr(refusal, "faults", None) or (str(refusal),)
        return None, [from_sentence(sentence, file, refusal.code) for sentence in faults]
    except ValidationError as error:
        listed = [f"{'.'.join(map(str, item['loc']))}：{item['msg']}" for item in error.errors()]
        return None, [from_sentence(f"{file}：{said}", file, "policy-invalid") for said in listed]


def _file(library: Library, key: str) -> str:
    place = library.tree(key).place(())
    return place.file if place else key


def _one_answer(library: Library) -> list[Finding]:
    """One release answers for each region and year, whether by its own name or for a county it covers."""
    answering: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for key in library.answering():
        data = library.tree(key).data
        covers = data.get("covers")
        for region in (data["region"], *(covers if isinstance(covers, dict) else ())):
            answering[str(region), str(data["benefit_year"])].append(key)
    findings = []
    for (region, year), keys in answering.items():
        if len(keys) > 1:
            last = keys[-1]
            place = library.tree(last).place(("covers", region))
            listed = "、".join(_file(library, key) for key in keys)
            reason = f"{region} 在 {year} 待遇年度有 {len(keys)} 份政策作答：{listed}，只能有一份"
            sentence = f"{place or _file(library, last)}：covers：{reason}"
            findings.append(
                Finding("fault", _file(library, last), place, "covers", "region-answered-twice", sentence)
            )
    return findings


def _unused_layers(library: Library) -> list[Finding]:
    """Layers that nothing stands on."""
    keys = library.keys()
    stood_on = {library.tree(key).data.get("extends") for key in keys}
    return [
        Finding(
            "note",
            _file(library, key),
            None,
            "layer",
            "layer-unused",
            f"{_file(library, key)}：layer：没有一份政策建立在这一层上",
        )
        for key in keys
        if library.tree(key).data.get("layer") and key not in stood_on
    ]
