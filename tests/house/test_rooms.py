"""Conventions of the rooms with tables: actions journal, tables are guarded, models stay private, pages of data are current.

`python tests/house/test_rooms.py` writes the generated pages anew.
"""

# ruff: noqa: PLC0415 - as a script it runs without Django, whose models cannot be imported then

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

HOUSE = Path(__file__).resolve().parents[2]
REFERENCE = HOUSE / "docs" / "reference"
REWRITE = "run .venv/bin/python tests/house/test_rooms.py"
#: Actions that write nothing themselves, and why.
NO_DEED = {"check_password_rules": "reads a password by the rules"}
#: Steps of another room's deed, within its transaction and under its entry: they take a cursor, and their callers journal.
STEPS = {"Paid", "hindered", "insure", "annul_insurance", "settle"}


#: What is written anew until a roster is submitted; afterwards their own trigger refuses every change.
#: A call's nonce is kept only as long as the call could be taken.
WORKING_PAPERS = ["payments_nonce", "rosters_candidate", "rosters_row"]


def states_page() -> str:
    """The life of an enrolment as drawn from `registry.states`."""
    from yingbao.registry.states import CHANGES, DEEDS, EDGES, STATES

    drawn = [f'    s{one.from_state} --"{one.label}"--> s{one.to_state}' for one in EDGES]
    rows = [
        f"| `{one.deed}` | {one.label} | {one.kind} {CHANGES[one.kind]} | {STATES[one.from_state]} | "
        f"{STATES[one.to_state]} | {'单独办' if one.deed in DEEDS else '随登记、转移、类别办'} |"
        for one in EDGES
    ]
    return "\n".join(
        [
            "# 参保状态", "",
            "由 `registry/states.py` 生成，不要手改。状态是国家平台的 psn_insu_stas，变更类型是 psn_chg_type；"
            "表里没有的办法一律拒绝（`no-way-from-state`）。", "",
            "```mermaid", "flowchart LR", *[f'    s{code}["{code} {name}"]' for code, name in STATES.items()], *drawn,
            "```", "",
            "| 办法 | 说法 | 变更类型 | 从 | 到 | 怎么办 |", "|---|---|---|---|---|---|", *rows, "",
            "登记死亡时，正常或暂停的参保随之终止；已登记死亡的不能恢复或重新参保，登记错的先撤销死亡登记。"
            "服刑、失踪、参军不改变参保状态，只是那段日子不计入应参保。", "",
        ]
    )  # fmt: skip


def roles_page() -> str:
    """Roles and permissions as `accounts.roles` has them."""
    from yingbao.accounts.roles import PERMISSIONS, ROLES, holders

    roles = [
        f"| `{role.code}` | {role.name} | {'是' if role.watches else ''} | "
        f"{'、'.join(PERMISSIONS[p] for p in PERMISSIONS if p in role.permissions)} |"
        for role in ROLES.values()
    ]
    permissions = [
        f"| `{code}` | {says} | {'、'.join(holders(code))} |" for code, says in PERMISSIONS.items()
    ]
    return "\n".join(
        [
            "# 岗位与权限", "",
            "由 `accounts/roles.py` 生成，不要手改。页面和办理只问权限，不问岗位；一个岗位只在授予它的单位及其下级起作用。"
            "三个管理员（系统、安全、审计）互相制约：各由不同的人担任，也不兼任业务岗位（GB/T 22239 三级）。"
            "改自己的密码、设自己的动态口令不需要权限，也只能是本人。", "",
            "## 岗位", "", "| 代码 | 岗位 | 管理员 | 权限 |", "|---|---|---|---|", *roles, "",
            "## 权限", "", "| 代码 | 能做什么 | 有这项权限的岗位 |", "|---|---|---|", *permissions, "",
        ]
    )  # fmt: skip


def payments_page() -> str:
    """The lives of orders and refunds, and the code lists of payments, as `payments.states` has them."""
    from yingbao.kernel.lives import drawn
    from yingbao.payments import states

    order = drawn(states.ORDER_EDGES, states.ORDERS, (("open", "下单"),))
    refund = drawn(
        states.REFUND_EDGES,
        states.REFUNDS,
        (("asked", "申请退费"), ("approved", "收到而不能入账，随即自动退")),
    )
    codes = {
        "订单种类": states.KINDS,
        "渠道": {code: f"{name}（clct_way {way}）" for code, (name, way) in states.CHANNELS.items()},
        "付款方式": states.TENDERS,
        "收到的款怎样了": states.OUTCOMES,
        "为什么不能入账": states.HELD,
        "为什么申请退费": states.REASONS,
        "签名办法": states.SCHEMES,
        "凭据": states.RECEIPTS,
    }
    lists = [
        line
        for title, names in codes.items()
        for line in (f"## {title}", "", "| 代码 | 说法 |", "|---|---|",
                     *(f"| `{code}` | {name} |" for code, name in names.items()), "")
    ]  # fmt: skip
    return "\n".join(
        [
            "# 订单、退费的状态和缴费代码", "",
            "由 `payments/states.py` 生成，不要手改。表里没有的办法一律拒绝。收到的款只有三种结果：入账、部分入账其余退回、全部退回；"
            "申请的退费经复核同意，凭据随即作废，账单回到待缴或关闭，款再由渠道退出。", "",
            "## 订单", "", "```mermaid", *order, "```", "", "## 退费", "", "```mermaid", *refund, "```", "", *lists,
        ]
    )  # fmt: skip


PAGES: dict[str, Callable[[], str]] = {
    "enrolment-states": states_page,
    "payment-states": payments_page,
    "roles": roles_page,
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_drawn_from_data_is_current(name: str) -> None:
    assert (REFERENCE / f"{name}.md").read_text(encoding="utf-8") == PAGES[name](), REWRITE


def rooms() -> list[Any]:
    from django.apps import apps

    return [
        app for app in apps.get_app_configs() if app.name.startswith("yingbao.") and list(app.get_models())
    ]


def action_modules() -> list[ModuleType]:
    from yingbao.accounts import actions as accounts
    from yingbao.billing import actions as billing
    from yingbao.registry import actions as registry

    own = [vars(registry)[name] for name in registry.__all__]
    # who asks for long work notes a run and a job; the work itself journals
    own += [
        found
        for name, found in vars(billing).items()
        if inspect.isfunction(found) and not name.startswith("ask_")
    ]
    return [accounts, *{inspect.getmodule(action): None for action in own}]  # type: ignore[list-item]


def calls(node: ast.AST) -> set[str]:
    return {
        called.func.id if isinstance(called.func, ast.Name) else called.func.attr
        for called in ast.walk(node)
        if isinstance(called, ast.Call) and isinstance(called.func, ast.Name | ast.Attribute)
    }


def actions_of(module: ModuleType) -> dict[str, ast.FunctionDef]:
    tree = ast.parse(inspect.getsource(module))
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def is_action(node: ast.FunctionDef) -> bool:
    return not node.name.startswith("_") and any(arg.arg == "by" for arg in node.args.kwonlyargs)


def test_every_action_is_keyword_only_one_transaction_and_journals() -> None:
    wanting, seen = [], 0
    for module in action_modules():
        functions = actions_of(module)
        for node in filter(is_action, functions.values()):
            if node.name in STEPS:
                continue
            seen += 1
            reached = calls(node)
            for name in list(reached):
                reached |= calls(functions[name]) if name in functions else set()
            if not {"record", "within"} <= reached or node.args.args:
                wanting.append(node.name)
    assert (wanting, seen > 30) == ([], True)


def test_every_action_of_the_registry_is_an_action() -> None:
    from yingbao.registry import actions

    named = {
        name for module in action_modules() for name, node in actions_of(module).items() if is_action(node)
    }
    assert set(actions.__all__) - STEPS <= named
    assert sorted(set(NO_DEED) & named) == []


def test_every_model_is_in_the_lexicon() -> None:
    coded = set(re.findall(r"`([^`]+)`", (HOUSE / "LEXICON.md").read_text(encoding="utf-8")))
    missing = [
        model.__name__
        for room in rooms()
        for model in room.get_models()
        if not model._meta.auto_created and model.__name__ not in coded
    ]
    assert missing == []


@pytest.mark.usefixtures("module_database")
def test_every_table_is_guarded_against_deleting() -> None:
    from databases import raw

    with raw("super") as connection:
        guarded = {
            name
            for (name,) in connection.execute(
                "SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
                "WHERE t.tgname IN ('journal_never_deleted', 'journal_append_only')"
            ).fetchall()
        }
    tables = [model._meta.db_table for room in rooms() for model in room.get_models()]
    assert len(tables) > 18
    assert sorted(table for table in tables if table not in guarded) == WORKING_PAPERS


@pytest.mark.usefixtures("module_database")
def test_every_versioned_model_has_its_triggers_and_all_its_columns_in_the_version_table() -> None:
    from databases import raw
    from yingbao.journal.models import Versioned

    models = [m for room in rooms() for m in room.get_models() if issubclass(m, Versioned)]
    assert len(models) > 20
    with raw("super") as connection:
        for model in models:
            table = model._meta.db_table
            triggers = {
                name
                for (name,) in connection.execute(
                    "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass", [table]
                ).fetchall()
            }
            assert {
                "journal_supersede",
                "journal_stamp",
                "journal_honest",
                "journal_never_deleted",
            } <= triggers, table
            for side, also in ((table, set()), (f"{table}_version", {"known_until"})):
                columns = {
                    name
                    for (name,) in connection.execute(
                        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0",
                        [side],
                    ).fetchall()
                }
                assert columns == {field.column for field in model._meta.concrete_fields} | also, side


@pytest.mark.usefixtures("module_database")
def test_the_migrations_say_what_the_models_say() -> None:
    from django.core.management import call_command

    call_command(
        "makemigrations", "--check", "--dry-run", "journal", "accounts", "registry", "billing", verbosity=0
    )


if __name__ == "__main__":
    for name, page in PAGES.items():
        (REFERENCE / f"{name}.md").write_text(page(), encoding="utf-8")
