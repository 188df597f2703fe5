"""`yingbao journal` and `yingbao staff` on a real database."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

import given
from databases import past_the_triggers
from people import AUDITOR, PROGRAM
from yingbao.accounts import queries as accounts
from yingbao.accounts.errors import BadPassword, UnknownRole
from yingbao.accounts.models import Staff
from yingbao.cli.app import app
from yingbao.journal import queries as journal
from yingbao.journal import tasks
from yingbao.journal.scope import within

pytestmark = pytest.mark.usefixtures("registry")
ADD = ["staff", "add", "wangaq", "--name", "王安全", "--role", "security_admin", "--unit", "620721"]
PASSWORD = "Qilian-2023-shan"


def run(*words: str, typed: str = "") -> tuple[int, str]:
    found = CliRunner().invoke(app, list(words), input=typed)
    if found.exception is not None and not isinstance(found.exception, SystemExit):
        raise found.exception
    return found.exit_code, found.output


def test_a_clean_journal_is_sealed_and_proved() -> None:
    given.household()
    assert run("journal", "seal") == (0, "封存了 3 条日志。\n")
    assert run("journal", "verify") == (0, "日志 3 条，封存 1 批，未封存 0 条，有问题 0 处。\n")


def test_what_was_done_past_the_program_is_a_line_each_and_ends_with_1() -> None:
    given.household()
    run("journal", "seal")
    with within(AUDITOR):
        [deed] = journal.browse(action="household.register")
    with past_the_triggers() as db:
        db.execute("UPDATE journal_entry SET grounds = '改' WHERE id = %s", [deed.id])
        db.execute("DELETE FROM journal_entry WHERE id <> %s", [deed.id])
    code, said = run("journal", "verify")
    assert code == 1
    assert [str(deed.id) in line for line in said.splitlines()] == [True, False, False, False]
    assert said.splitlines()[-1].endswith("有问题 3 处。")


def test_after_a_restore_the_chain_goes_on_from_what_is_there() -> None:
    given.household()
    run("journal", "seal")
    with past_the_triggers() as db:
        db.execute("DELETE FROM journal_seal")
    assert run("journal", "verify")[0] == 1
    assert run("journal", "seal", "--restored", "--all") == (0, "封存了 3 条日志。\n")
    assert run("journal", "verify")[0] == 0


def test_the_worker_seals_every_minute() -> None:
    given.household()
    assert tasks.seal(0) == 3
    assert tasks.seal(60) == 0


def test_the_first_administrator_is_made_with_a_post_from_today() -> None:
    code, said = run(*ADD, typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert code == 0
    assert "首次登录要改密码" in said
    assert "动态口令" in said
    assert PASSWORD not in said
    found = Staff.objects.get(login="wangaq")
    today = datetime.now(UTC).astimezone(ZoneInfo("Asia/Shanghai")).date()
    [post] = accounts.posts_of(found.id, today)
    assert (post.role, post.unit_name, post.from_on) == ("security_admin", "肃南裕固族自治县", today)
    assert found.must_change_password
    assert given.deeds(found.id, PROGRAM) == ["staff.add", "post.grant"]


def test_a_password_may_come_on_standard_input_and_the_unit_be_the_nation() -> None:
    words = [*ADD[:-1], "0", "--password-stdin"]
    assert run(*words, typed=f"{PASSWORD}\n")[0] == 0
    assert Staff.objects.get(login="wangaq").check_password(PASSWORD)


@pytest.mark.parametrize(
    ("words", "typed", "refusal"),
    [
        ([*ADD, "--password-stdin"], "short\n", BadPassword),
        ([*ADD[:6], "king", *ADD[7:], "--password-stdin"], f"{PASSWORD}\n", UnknownRole),
    ],
)
def test_an_administrator_refused_is_not_half_made(
    words: list[str], typed: str, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        run(*words, typed=typed)
    assert not Staff.objects.exists()
