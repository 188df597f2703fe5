"""Long work: a progress bar that survives leaving the page, the journal proved, a lost worker's job taken up again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from playwright.sync_api import BrowserContext, expect

import given
from journeys.browser import DESK
from journeys.looking import looked
from journeys.signin import client_of, cookies_of
from journeys.worker import work_off
from people import AUDITOR, CLERK, COUNTY, GAOTAI_CLERK
from yingbao.journal import runs, tasks
from yingbao.journal.models import Run
from yingbao.journal.scope import within

Opened = Callable[..., BrowserContext]


@pytest.fixture(autouse=True)
def _units(database: str) -> None:
    given.units()


def asked() -> runs.Telling:
    with within(CLERK):
        run_id = runs.ask(by=CLERK, kind="population.load", given={}, total=18_336)
    return runs.Telling(run_id, COUNTY)


def test_a_progress_bar_moves_by_itself_and_survives_leaving_the_page(opened: Opened) -> None:
    telling = asked()
    page = opened(DESK, cookies_of(CLERK)).new_page()
    page.goto(f"/runs/{telling.run_id}/")
    assert "前面的做完就开始" in page.locator("#run-progress").inner_text()
    looked(page, "run-waiting")
    telling.begin()
    telling(4_584, 18_336)
    expect(page.locator("#run-progress")).to_contain_text("4,584 / 18,336")
    looked(page, "run-going")
    page.goto("/")
    telling._next = 0
    telling(11_204)
    looked(page, "home-run")
    page.get_by_role("link", name="批量装入人员").click()
    expect(page.locator("[role=progressbar]")).to_have_attribute("aria-valuenow", "61")
    telling.end("partly", "装入 18,330 人，6 行要改")
    expect(page.locator("#run-progress")).to_contain_text("装入 18,330 人，6 行要改")
    assert page.locator("#run-progress").get_attribute("hx-get") is None
    looked(page, "run-partly")
    page.goto("/runs/")
    looked(page, "runs")


def test_without_script_there_is_a_way_to_load_the_page_anew() -> None:
    telling = asked()
    page = client_of(CLERK).get(f"/runs/{telling.run_id}/").content.decode()
    assert f'<noscript><p class="acts"><a class="btn" href="/runs/{telling.run_id}/">刷新</a>' in page


def test_another_county_does_not_see_the_run() -> None:
    telling = asked()
    client = client_of(GAOTAI_CLERK)
    assert client.get(f"/runs/{telling.run_id}/").status_code == 404
    assert client.get(f"/runs/{telling.run_id}/progress/").status_code == 404
    assert "批量装入人员" not in client.get("/runs/").content.decode()


def test_the_auditor_has_the_journal_proved_and_a_change_is_named(opened: Opened) -> None:
    page = opened(DESK, cookies_of(AUDITOR)).new_page()
    page.goto("/journal/seal/")
    looked(page, "journal-seal-empty")
    page.get_by_role("button", name="现在核对").click()
    assert "/runs/" in page.url
    work_off()
    expect(page.locator("#run-progress")).to_contain_text("没有发现改动")
    page.goto("/journal/seal/")
    assert "没有发现改动" in page.locator("main").inner_text()
    looked(page, "journal-seal")
    tamper()
    page.get_by_role("button", name="现在核对").click()
    work_off()
    expect(page.locator("#run-progress")).to_contain_text("发现 1 处对不上")
    page.goto("/journal/seal/")
    assert "内容被改过" in page.locator("main").inner_text()
    looked(page, "journal-seal-changed")


def tamper() -> None:
    """As somebody with the owner's rights would, past the program."""
    from django.db import connections  # noqa: PLC0415

    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT set_config('app.region', '0', false)")
        cursor.execute("ALTER TABLE journal_entry DISABLE TRIGGER ALL")
        cursor.execute(
            "UPDATE journal_entry SET grounds = '改过' WHERE id = (SELECT id FROM journal_entry ORDER BY id LIMIT 1)"
        )
        cursor.execute("ALTER TABLE journal_entry ENABLE TRIGGER ALL")


def test_a_run_whose_worker_was_lost_says_so_and_is_taken_up_again() -> None:
    client = client_of(AUDITOR)
    run_id = client.post("/journal/seal/").headers["Location"].split("/")[2]
    with within(COUNTY):
        Run.objects.filter(id=run_id).update(outcome="running", told_at=runs.now() - timedelta(minutes=5))
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH gone AS (INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '5 minutes') RETURNING id) "
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = gone.id FROM gone WHERE task_name = %s",
            [tasks.VERIFY],
        )
    assert "处理中断，会自动重做" in client.get(f"/runs/{run_id}/").content.decode()
    tasks.retry_stalled.defer(timestamp=0)
    work_off()
    work_off()
    assert "没有发现改动" in client.get(f"/runs/{run_id}/").content.decode()
