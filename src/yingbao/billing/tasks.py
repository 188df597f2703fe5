"""Jobs of billing. Each may be repeated: what is done already is not done twice."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from procrastinate.contrib.django import app

from yingbao.billing.actions.asking import ASSESS
from yingbao.billing.actions.assessing import assess_everyone
from yingbao.billing.actions.issuing import issue_register
from yingbao.journal import runs
from yingbao.journal.acting import Acting
from yingbao.journal.scope import within
from yingbao.kernel.refusal import Refusal


@app.task(queue="billing")
def work(run_id: str, unit_code: str) -> None:
    """An assessment or an issue somebody asked for, as them: the run remembers who and for which region."""
    with within(unit_code):
        run = runs.get(UUID(run_id))
    if run.outcome in ("done", "failed"):
        return
    may = frozenset({"bill.assess", "register.issue"})
    by = Acting(run.staff_id, run.staff_name, "program", unit_code, "", may)
    region, year, grounds = run.given["region"], int(run.given["year"]), run.given.get("grounds", "")
    try:
        with runs.running(run.id, run.unit_code) as telling:

            def tell(percent: int) -> None:
                telling(percent, 100)

            if run.kind == ASSESS:
                on = date.fromisoformat(run.given["on"])
                found = assess_everyone(
                    by=by,
                    region=region,
                    benefit_year=year,
                    on=on,
                    grounds=grounds,
                    run_id=run.id,
                    progress=tell,
                )
                telling.sentence = f"核定 {found.people:,} 人，新账单 {found.new_bills:,} 张，其中代替旧账单 {found.superseded:,} 张"
                if found.transfers:
                    telling.sentence += f"；另有 {found.transfers:,} 人缴费后新认定，已记次月转入一卡通"
            else:
                issue_register(
                    by=by, region=region, benefit_year=year, grounds=grounds, run_id=run.id, progress=tell
                )
                telling.sentence = "清册已编好"
    except Refusal:
        return  # the run ended with the refusal's sentence; the job itself did what it could
