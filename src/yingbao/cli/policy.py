"""`yingbao policy …`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer

from yingbao.cli.exits import Exit
from yingbao.cli.show import print_explanation
from yingbao.kernel.dates import parse_date
from yingbao.kernel.refusal import Refusal
from yingbao.policy import Policy, explain, load_library, load_release
from yingbao.policy.cases import answer_case, as_json, read_lines, read_person
from yingbao.policy.layers import Library
from yingbao.policy.schema.release import Release

app = typer.Typer(no_args_is_help=True)

Policies = Annotated[Path | None, typer.Option("--policies", help="改用这个文件夹里的政策文件")]


@app.command("assess")
def assess_cases(
    cases: Annotated[str, typer.Option("--cases", help="案例文件，一行一个 JSON；- 为标准输入")],
    policies: Policies = None,
) -> None:
    """逐例回答：一行一个 JSON。不能用的案例在原位置给出 error，其余照答。"""
    library = load_library(policies)
    known: dict[str, Policy] = {}
    failed = 0
    with _opened(cases) as text:
        for number, case, problem in read_lines(text):
            answer = _answer(library, known, case, problem, number)
            failed += "error" in answer
            print(json.dumps(answer, ensure_ascii=False))
    if failed:
        print(f"{failed} 个案例不能用，见各行的 error；其余都已回答", file=sys.stderr)
        raise typer.Exit(Exit.SOME_REFUSED)


def _answer(
    library: Library, known: dict[str, Policy], case: Any, problem: str, number: int
) -> dict[str, Any]:
    if case is None:
        return {"id": None, "allowed": None, "error": problem}
    try:
        return answer_case(library, case, known)
    except Refusal as refusal:
        sentence = f"第 {number} 行：{refusal}"
        return {"id": case.get("id"), "allowed": None, "error": sentence, "code": refusal.code}


def _opened(cases: str) -> TextIO:
    if cases == "-":
        return sys.stdin
    try:
        return Path(cases).open(encoding="utf-8-sig")
    except OSError as error:
        raise typer.BadParameter(f"{cases}：打不开（{error.strerror}），请核对路径") from error


@app.command("check")
def check(
    policies: Policies = None,
    notes: Annotated[
        bool, typer.Option("--notes", help="也列出提示（有意改写、非普通人群的空档等）")
    ] = False,
) -> None:
    """证明每份政策：每天每类人恰有一个答案、金额相符、出处存在、门槛两侧都有例子。有错误则以 1 退出。"""
    from yingbao.policy.check import check_folder

    report = check_folder(policies)
    faults = [finding for finding in report.findings if finding.kind == "fault"]
    for finding in faults:
        print(f"错误 {finding.sentence}")
    if notes:
        for finding in report.findings:
            if finding.kind == "note":
                print(f"提示 {finding.sentence}")
    print(_proved(report))
    if not report.ok:
        raise typer.Exit(Exit.FAULTS)


def _proved(report: Any) -> str:
    counts = report.counts
    listed = "，".join(f"{name} {number:,}" for name, number in _counted(counts))
    verdict = "全部证明通过" if report.ok else "有错误，未通过"
    return f"{verdict}：{listed}"


def _counted(counts: Any) -> Iterator[tuple[str, int]]:
    words = {
        "releases": "政策",
        "people": "种人",
        "cells": "格",
        "days": "人日",
        "amounts": "金额组合",
        "examples": "例子",
        "edges": "门槛侧",
        "readings": "其他读法",
    }
    for name, word in words.items():
        yield word, getattr(counts, name)


@app.command("table")
def table(
    region: str,
    year: int,
    as_json_: Annotated[bool, typer.Option("--json", help="给程序读的 JSON")] = False,
    policies: Policies = None,
) -> None:
    """重印通知自己的表格：资助表、财政补助表、任务表、窗口、渠道、电话。"""
    from yingbao.policy.tables import as_json as tables_json
    from yingbao.policy.tables import as_text, tables

    found = tables(load_release(region, year, policies=policies))
    if as_json_:
        print(json.dumps(tables_json(found), ensure_ascii=False, indent=1))
    else:
        print(as_text(found))


@app.command("explain")
def explain_one(
    region: str,
    year: int,
    on: Annotated[str, typer.Option("--on", help="缴费日，如 2024-10-20")],
    person: Annotated[str, typer.Option("--person", help='事实，如 {"birth_date": "1985-06-15"}')] = "{}",
    classes: Annotated[list[str] | None, typer.Option("--class", help="人员类别，可写多次")] = None,
    take: Annotated[
        list[str] | None, typer.Option("--take", help="换用其他读法，如 day-count=calendar-months")
    ] = None,
    as_json_: Annotated[bool, typer.Option("--json")] = False,
    policies: Policies = None,
) -> None:
    """一个人缴多少、为什么：逐步列出文号条款，并指出依赖的推定。"""
    chosen = dict(item.partition("=")[::2] for item in take or [])
    policy = load_release(region, year, policies=policies, take=chosen)
    try:
        facts = json.loads(person)
    except ValueError as error:
        raise typer.BadParameter(f"--person 不是合规的 JSON：{error}") from error
    read = read_person(policy, facts, classes or [])
    explanation = explain(policy, read.person, parse_date(on))
    if as_json_:
        answer = as_json(policy, explanation, strange=read.unrecognised_keys)
        print(json.dumps(answer, ensure_ascii=False, indent=1))
    else:
        print_explanation(explanation, read.unrecognised_keys)


@app.command("schema")
def schema() -> None:
    """政策文件的 JSON Schema，给编辑器用。"""
    print(json.dumps(Release.model_json_schema(), ensure_ascii=False, indent=1))
