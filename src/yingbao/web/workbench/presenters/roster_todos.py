"""What rosters ask of a person on the home page: lists to check through, to review, and senders who are late."""

from __future__ import annotations

from datetime import date

from django.urls import reverse

from yingbao.journal.acting import Acting
from yingbao.policy import Policy
from yingbao.rosters import queries
from yingbao.web.workbench.presenters.home import Todo


def todos(by: Acting, policy: Policy, on: date) -> list[Todo]:
    """Only what waits for this post. SN-038, GY-036, GY-038: late and missing lists are seen without being asked for."""
    if not by.may("roster.view"):
        return []
    href = reverse("rosters")
    found = []
    waiting = queries.waiting(by)
    if by.may("roster.match") and waiting["match"]:
        found.append(
            Todo("名册待处理", "已核对，还没有提交复核", waiting["match"], "", False, f"{href}?state=checked")
        )
    if by.may("roster.review") and waiting["review"]:
        found.append(
            Todo(
                "名册待我复核", "第二人复核后生效", waiting["review"], "今天", True, f"{href}?state=submitted"
            )
        )
    late = [line for line in queries.senders_of(by, policy, on) if line.late]
    if late:
        names = "、".join(line.sender.name for line in late[:2]) + ("等" if len(late) > 2 else "")
        due = min(line.due for line in late if line.due is not None)
        found.append(Todo("名册没有按时报", names, len(late), due.strftime("%m-%d"), True, href))
    return found
