"""What channels' engineers read is what the gateway does: its calls and fields, its errors, and every command and number shown."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from yingbao.kernel.refusal import Refusal
from yingbao.payments import errors as of_payments
from yingbao.seal import envelope, signing
from yingbao.seal.signing import Reply
from yingbao.web.gateway import errors as of_gateway
from yingbao.web.gateway.answers import problem_of
from yingbao.web.gateway.document import schema
from yingbao.web.gateway.errors import CallRefused
from yingbao.web.gateway.guards import KEPT, WINDOW

DOCS = Path(__file__).resolve().parents[2] / "docs"
HOWTO, REFERENCE = DOCS / "how-to" / "connect-a-channel.md", DOCS / "reference" / "gateway.md"
EXAMPLE = DOCS / "how-to" / "channel-example"
REWRITE = "run REWRITE=1 .venv/bin/pytest tests/house/test_gateway_docs.py to write the lists anew, and read what changed"
#: Refusals of the payments room that no call can bring about.
INSIDE = {"channel-not-found", "channel-taken", "channel-invalid", "channel-key-taken", "day-is-closed", "day-close-invalid"}  # fmt: skip


# The lists ------------------------------------------------------------------------------------------------------


def calls() -> Iterator[str]:
    """A row a call, then what each model holds."""
    document = schema()
    yield "| 调用 | 方法与路径 | 要 | 得 |\n|---|---|---|---|"
    for path, ways in document["paths"].items():
        for method, call in ways.items():
            body = call.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
            answer = next(iter(call["responses"]["200"]["content"].values()))["schema"]
            wants = _type(body) if body else "—"
            if any(one["name"] == "Idempotency-Key" for one in call.get("parameters", [])):
                wants += "，`Idempotency-Key`"
            queries = [f"`{one['name']}`" for one in call.get("parameters", []) if one["in"] == "query"]
            wants = "，".join([wants, *queries]) if queries else wants
            yield f"| {call['summary']} | `{method.upper()} {path}` | {wants} | {_type(answer)} |"
    yield ""
    yield "各次调用的说明：\n"
    for ways in document["paths"].values():
        yield from (f"- **{call['summary']}**：{call['description']}" for call in ways.values())
    for name, model in document["components"]["schemas"].items():
        yield from _model(name, model)


def _model(name: str, model: dict[str, Any]) -> Iterator[str]:
    yield f"\n### {title(name)}\n"
    if name not in TITLES:
        yield f"{model['description']}\n"
    yield "| 字段 | 类型 | 必写 | 说明 |\n|---|---|---|---|"
    for field, spec in model["properties"].items():
        must = "是" if field in model.get("required", []) else ""
        yield f"| `{field}` | {_type(spec)} | {must} | {spec.get('description', '')} |"


#: Models whose description is a sentence too long for a heading.
TITLES = {"Problem": "没有办成"}


def title(name: str) -> str:
    return TITLES.get(name, f"`{name}`")


def _type(spec: dict[str, Any]) -> str:
    """A type in words."""
    if "$ref" in spec:
        name = spec["$ref"].rsplit("/", 1)[1]
        return TITLES.get(name, f"`{name}`")
    if "anyOf" in spec:
        kinds = [_type(one) for one in spec["anyOf"] if one.get("type") != "null"]
        return f"{' 或 '.join(kinds)}，可为 null" if len(kinds) < len(spec["anyOf"]) else " 或 ".join(kinds)
    if spec.get("type") == "array":
        return f"列表：{_type(spec['items'])}"
    if "enum" in spec or "const" in spec:
        return "、".join(f"`{one}`" for one in spec.get("enum", [spec.get("const")]))
    plain = {"integer": "整数", "string": "文字", "boolean": "真假", "object": "对象", "date": "日子", "date-time": "时刻"}  # fmt: skip
    kind = plain[spec.get("format", spec["type"])]
    if "pattern" in spec and len(spec["pattern"]) < len("^[0-9]{17}[0-9Xx]$") + 1 and "x1f" not in spec["pattern"]:  # fmt: skip
        kind += f" `{spec['pattern']}`"
    return kind


def leaves(kind: type[Refusal], *modules: Any) -> Iterator[type[Refusal]]:
    for module in modules:
        for one in vars(module).values():
            if isinstance(one, type) and issubclass(one, kind) and one.__module__ == module.__name__:
                yield one


def errors() -> Iterator[str]:
    """The gateway's own refusals, then those of the payments room: code, HTTP status, what to do."""
    page = (DOCS / "reference" / "refusals.md").read_text(encoding="utf-8")
    do = dict(re.findall(r"^\| `([a-z-]+)` \| [^|]+ \| ([^|]+) \|$", page, re.MULTILINE))
    yield "| 代码 | HTTP | 怎么办 |\n|---|---|---|"
    for kind in leaves(Refusal, of_gateway, of_payments):
        if kind is not CallRefused and kind.code not in INSIDE:
            yield f"| `{kind.code}` | {status_of(kind)} | {do[kind.code]} |"


def status_of(kind: type[Refusal]) -> int:
    made = kind.__new__(kind)
    Refusal.__init__(made, "", wait=1, allowed="")
    return problem_of(made)[0]


def rewrite() -> None:
    """Write the lists anew."""
    for page, marker, lines in ((REFERENCE, "openapi", calls()), (HOWTO, "errors", errors())):
        text = page.read_text(encoding="utf-8")
        head, tail = text.split(f"<!-- {marker} -->\n")[0], text.split(f"<!-- /{marker} -->")[1]
        made = "\n".join(lines)
        page.write_text(f"{head}<!-- {marker} -->\n{made}\n<!-- /{marker} -->{tail}", encoding="utf-8")


@pytest.fixture(scope="module", autouse=True)
def _rewritten_where_asked() -> None:
    if os.environ.get("REWRITE"):
        rewrite()


def between(text: str, marker: str) -> str:
    found = re.search(rf"<!-- {marker} -->\n(.*?)\n?<!-- /{marker} -->", text, re.DOTALL)
    assert found is not None, marker
    return found[1]


def test_the_reference_is_the_openapi_document() -> None:
    assert between(REFERENCE.read_text(encoding="utf-8"), "openapi") == "\n".join(calls()), REWRITE


def test_every_error_of_a_call_is_in_the_how_to_with_its_status() -> None:
    assert between(HOWTO.read_text(encoding="utf-8"), "errors") == "\n".join(errors()), REWRITE


def test_windows_said_are_windows_kept() -> None:
    text = HOWTO.read_text(encoding="utf-8")
    assert f"不超过 {WINDOW.seconds // 60} 分钟" in text
    assert f"同一随机串 {KEPT.seconds // 60} 分钟内" in text


# Commands and numbers -------------------------------------------------------------------------------------------


def block(kind: str) -> str:
    found = re.search(rf"```{kind}\n(.*?)```", HOWTO.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None, kind
    return found[1]


@cache
def commands() -> list[tuple[str, str | None]]:
    """Shell as the page shows it, each with the answer shown right below it."""
    found = re.findall(
        r"```bash\n(.*?)```(?:\n\n```text\n(.*?)```)?", HOWTO.read_text(encoding="utf-8"), re.DOTALL
    )
    return [(shell, said or None) for shell, said in found]


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What each shell block says, all run in one folder, one after the other."""
    folder = tmp_path_factory.mktemp("engineer")
    shutil.copytree(EXAMPLE, folder, dirs_exist_ok=True)
    (folder / "envelope-data.txt").write_text(json.loads(block("json envelope"))["data"])
    marks = "\n".join(f"{shell}\nprintf '\\036'" for shell, _ in commands())
    ran = subprocess.run(
        ["bash", "-euc", marks], cwd=folder, capture_output=True, text=True, check=False, timeout=60
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.split("\x1e")


@pytest.mark.parametrize("number", [n for n, (_, answer) in enumerate(commands()) if answer is not None])
def test_a_command_says_what_the_page_says(said: list[str], number: int) -> None:
    assert said[number].rstrip("\n") == (commands()[number][1] or "").rstrip("\n")


def test_the_page_shows_every_scheme_with_its_answer() -> None:
    assert len([answer for _, answer in commands() if answer]) == 5


def test_we_sign_and_verify_as_the_page_shows() -> None:
    [content] = [answer for shell, answer in commands() if "cat content" in shell and answer]
    nine = content.rstrip("\n").encode()
    hmac = (EXAMPLE / "hmac.secret").read_text()
    [shown] = [answer for shell, answer in commands() if "-binary content " in shell and answer]
    assert signing.sign("HMAC-SM3", hmac, nine) == shown.strip()
    given = re.search(r"^echo (\S+) > given.txt", HOWTO.read_text(encoding="utf-8"), re.MULTILINE)
    assert given is not None
    assert signing.verify("SM2", (EXAMPLE / "sm2.pem").read_text(), nine, given[1])
    body = b'{"bill_number": "24620721000000018"}'
    rsa = nine.rsplit(b"\n", 1)[0] + b"\n" + signing.digest("RSA", body).encode()
    [shown] = [answer for shell, answer in commands() if "-sign rsa.key" in shell and answer]
    assert signing.sign("RSA", (EXAMPLE / "rsa.key").read_text(), rsa) == shown.strip()


def test_an_answers_five_lines_are_those_signed() -> None:
    shown = block("text reply").splitlines()
    at = datetime(2023, 10, 8, 2, 0, 0, 12_000, UTC).isoformat(timespec="milliseconds")
    assert Reply(200, "nonce-0001", at, b"").content("SM2").decode().split("\n")[:4] == shown[:4]
    assert len(shown) == 5


def test_the_envelope_shown_is_signed_and_holds_the_call_shown() -> None:
    fields = json.loads(block("json envelope"))
    key = envelope.key_of((EXAMPLE / "hmac.secret").read_text())
    assert envelope.unlock(key, fields["data"]).decode() == block("json inside").strip()
    public = (EXAMPLE / "sm2.pem").read_text()
    assert signing.verify("SM2", public, envelope.content(fields), fields["signData"])
