"""Documents say what the program does: the manual's region runs, every key, command, column and refusal is explained."""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import typer
from ruamel.yaml import YAML

import yingbao
from yingbao.bulk.snapshot import wanted_types
from yingbao.cli.app import app
from yingbao.cli.exits import Exit
from yingbao.kernel.money import Rounding
from yingbao.kernel.refusal import Conflict, Forbidden, Invalid, NotFound, Refusal
from yingbao.policy import Policy, load_library, load_release
from yingbao.policy.cases import answer_case
from yingbao.policy.check import check_folder
from yingbao.policy.facts import FACTS
from yingbao.policy.schema import quantities, reference, release, rules, when
from yingbao.policy.schema.quantities import Model, Rule
from yingbao.policy.sql import to_sql

HOUSE = Path(__file__).resolve().parents[2]
DOCS = HOUSE / "docs"
MANUAL = (DOCS / "reference" / "policy-language.md").read_text(encoding="utf-8")
KEY_TABLE = "## 二十五、键名总表"
READINGS = DOCS / "explanation" / "readings.md"
REWRITE = "run .venv/bin/python tests/house/test_docs.py to write the lists anew, and read what changed"
READMES = ("README.md", "README.zh-CN.md")
PAGES = sorted([*DOCS.rglob("*.md"), *HOUSE.glob("*.md"), HOUSE / "policies" / "CHANGELOG.md"])
GROUPS = {Refusal, NotFound, Conflict, Invalid, Forbidden}


def reference_page(name: str) -> str:
    return (DOCS / "reference" / f"{name}.md").read_text(encoding="utf-8")


# The manual ---------------------------------------------------------------------------------------------------


def worked(marker: str, language: str) -> str:
    found = re.search(rf"<!-- {marker}[^>]*-->\n```{language}\n(.*?)```", MANUAL, re.DOTALL)
    assert found is not None, marker
    return found[1]


@pytest.fixture
def worked_region(tmp_path: Path) -> Path:
    (tmp_path / "998800.yaml").write_text(worked("worked-region", "yaml"), encoding="utf-8")
    return tmp_path


def test_the_region_in_the_manual_is_proved(worked_region: Path) -> None:
    report = check_folder(worked_region)
    assert [finding.sentence for finding in report.faults] == []
    assert report.counts.examples > 10


def test_the_cases_in_the_manual_are_answered_as_it_says(worked_region: Path) -> None:
    library = load_library(worked_region)
    known: dict[str, Policy] = {}
    cases = [json.loads(line) for line in worked("worked-cases", "json").splitlines()]
    assert len(cases) == 3
    for case in cases:
        expected = case.pop("expected")
        answer = answer_case(library, case, known)
        assert {key: answer[key] for key in expected} == expected, case["id"]


def test_the_layer_in_the_manual_stands_on_its_region(worked_region: Path) -> None:
    (worked_region / "998801.yaml").write_text(worked("worked-layer", "yaml"), encoding="utf-8")
    report = check_folder(worked_region)
    assert [finding.sentence for finding in report.faults] == []
    assert {"prices.late.amount", "later_transfer"} <= {finding.rule for finding in report.notes}


def test_every_yaml_and_json_snippet_in_the_manual_can_be_read() -> None:
    for snippet in re.findall(r"```yaml\n(.*?)```", MANUAL, re.DOTALL):
        if not snippet.startswith("class:"):  # three ways to write one key, side by side
            assert isinstance(YAML(typ="safe").load(snippet), dict)


@lru_cache(maxsize=1)
def schema_models() -> dict[str, type[Model]]:
    return {
        name: kind
        for module in (quantities, release, rules, when, reference)
        for name, kind in vars(module).items()
        if inspect.isclass(kind)
        and issubclass(kind, Model)
        and kind.__module__ == module.__name__
        and kind.model_fields
    }


def own_keys(kind: type[Model]) -> dict[str, bool]:
    """Key as written in YAML → whether it must be; what every rule carries is left out but in `Rule` itself."""
    shared = set(Rule.model_fields) if issubclass(kind, Rule) and kind is not Rule else set()
    return {
        field.alias or name: field.is_required()
        for name, field in kind.model_fields.items()
        if name not in shared
    }


@pytest.mark.parametrize("name", sorted(schema_models()))
def test_every_key_of_the_schema_is_explained_in_the_manual(name: str) -> None:
    prose = MANUAL.split(KEY_TABLE)[0]
    keys = own_keys(schema_models()[name])
    assert [key for key in keys if not re.search(rf"`{key}[`:]|\b{key}:", prose)] == []


def key_table() -> str:
    """The manual's last table; the middle column, where a model stands, is kept as it is written."""
    where = dict(re.findall(r"^\| (\w+) \| ([^|]+) \| [^|]+ \|$", MANUAL.split(KEY_TABLE)[1], re.MULTILINE))
    models = schema_models()
    order = [name for name in where if name in models] + [name for name in models if name not in where]
    rows = []
    for name in order:
        keys = "、".join(f"*`{key}`*" if must else f"`{key}`" for key, must in own_keys(models[name]).items())
        rows.append(f"| {name} | {where.get(name, '？')} | {keys} |\n")
    return "".join(rows)


def test_the_table_of_keys_is_the_schema() -> None:
    assert key_table() in MANUAL, REWRITE
    assert "？ |" not in key_table()


def test_every_fact_and_rounding_is_in_the_manual() -> None:
    wanted = [*FACTS, *(value for spec in FACTS.values() for value in spec.values), *map(str, Rounding)]
    assert [word for word in wanted if f"`{word}`" not in MANUAL] == []


# The other reference pages ------------------------------------------------------------------------------------


def every_refusal() -> Iterator[type[Refusal]]:
    for module in pkgutil.walk_packages(yingbao.__path__, "yingbao."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    waiting = [Refusal]
    while waiting:
        kind = waiting.pop()
        waiting.extend(kind.__subclasses__())
        if kind.__module__.startswith("yingbao."):
            yield kind


def test_every_refusal_is_listed_with_what_to_do() -> None:
    page = reference_page("refusals")
    listed = set(re.findall(r"^\| `([a-z0-9-]+)` \|", page, re.MULTILINE))
    assert listed == {kind.code for kind in every_refusal()} - {kind.code for kind in GROUPS}
    assert [kind.code for kind in GROUPS if f"`{kind.code}`" not in page] == []


def commands(group: Any, path: str = "yingbao") -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


def test_every_command_and_option_is_documented() -> None:
    page = reference_page("commands")
    sections = dict(re.findall(r"^## `([^`]+)`\n(.*?)(?=^## )", page, re.MULTILINE | re.DOTALL))
    found = dict(commands(typer.main.get_command(app)))
    words = {
        heading: " ".join(part for part in heading.split() if not part.isupper()) for heading in sections
    }
    assert set(words.values()) == set(found)
    for heading, text in sections.items():
        options = [
            opt for param in found[words[heading]].params for opt in param.opts if opt.startswith("--")
        ]
        assert (heading, [o for o in options if o != "--help" and f"`{o}" not in text]) == (heading, [])
        assert f"`{words[heading]}`" in page


def test_every_exit_code_is_documented() -> None:
    codes = re.findall(r"^\| (\d) \|", reference_page("commands"), re.MULTILINE)
    assert [int(code) for code in codes] == [int(code) for code in Exit]


def test_every_column_of_the_snapshot_is_documented() -> None:
    page = reference_page("snapshot")
    listed = set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE))
    assert listed == {*wanted_types(load_release("620721", 2024)), "id_number"}


def test_every_column_of_the_assessment_is_documented_in_order() -> None:
    page = reference_page("assessment").split("## ")[0]
    listed = re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)
    assert listed == to_sql(load_release("620721", 2024).program).tree.named_selects


# Readings, links, the two READMEs -----------------------------------------------------------------------------


def readings_of(policy: Policy) -> str:
    """A release's readings as explanation/readings.md lists them."""
    release_ = policy.release
    own = {release_.region, *release_.covers}
    lines = [f"### {release_.name}，{release_.benefit_year} 待遇年度（`{policy.key}`）", ""]
    for name, reading in release_.readings.items():
        here = [s for s in reading.source if not foreign(policy, s.document, own)] or reading.source
        lines.append(f"- **`{name}`** {reading.taken}（{'；'.join(str(source) for source in here)}）")
        lines += [f"  - `{other_id}`：{other.says}" for other_id, other in reading.others.items()]
    return "\n".join([*lines, ""])


def foreign(policy: Policy, document: str, own: set[str]) -> bool:
    known = policy.documents.get(document)
    return known is not None and bool(known.regions) and own.isdisjoint(known.regions)


@pytest.mark.parametrize("key", load_library().answering())
def test_every_reading_of_every_release_is_listed(key: str) -> None:
    region, year = key.split("/")
    wanted = readings_of(load_release(region, int(year)))
    assert [line for line in wanted.splitlines() if line not in READINGS.read_text(encoding="utf-8")] == [], (
        REWRITE
    )
    assert wanted in READINGS.read_text(encoding="utf-8"), REWRITE


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(HOUSE)))
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    targets = [t for t in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in t]
    lost = []
    for target in targets:
        file, _, anchor = target.partition("#")
        at = page if not file else (page.parent / file).resolve()
        if not at.exists() or (anchor and anchor not in anchors(at)):
            lost.append(target)
    assert lost == []


def anchors(page: Path) -> set[str]:
    """Headings as the usual renderers name them: lower case, punctuation dropped, spaces to hyphens."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_both_readmes_say_the_same() -> None:
    english, chinese = ((HOUSE / name).read_text(encoding="utf-8") for name in READMES)

    def shape(text: str) -> tuple[object, ...]:
        links = [t for t in re.findall(r"\]\(([^)]+)\)", text) if not t.startswith("README")]
        commands = re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE)
        markers = re.findall(r"<!-- ([\w-]+) -->", text)
        return len(re.findall(r"^## ", text, re.MULTILINE)), links, commands, markers

    assert shape(english) == shape(chinese)


def test_the_readme_names_every_command() -> None:
    text = (HOUSE / "README.md").read_text(encoding="utf-8")
    assert [name for name, _ in commands(typer.main.get_command(app)) if f"`{name}" not in text] == []


def rewrite() -> None:
    """Write the lists anew that follow from the schema and the releases: the table of keys and the readings."""
    head, tail = MANUAL.split(KEY_TABLE)
    intro = tail[: tail.index("| Release |")]
    (DOCS / "reference" / "policy-language.md").write_text(
        head + KEY_TABLE + intro + key_table(), encoding="utf-8"
    )
    intro = READINGS.read_text(encoding="utf-8").split("\n### ")[0]
    releases = [
        load_release(*(key.split("/")[0], int(key.split("/")[1]))) for key in load_library().answering()
    ]
    READINGS.write_text("\n".join([intro, *map(readings_of, releases)]), encoding="utf-8")


if __name__ == "__main__":
    rewrite()
