"""The law as data: releases, what they answer, why, and the same for everyone as SQL.

>>> from datetime import date
>>> from yingbao.policy import Person, explain, load_release
>>> policy = load_release("520100", 2024)
>>> late = explain(policy, Person(birth_date=date(1985, 6, 15), residence="hukou"), date(2024, 6, 15))
>>> late.answer.due_fen, late.answer.benefit_start.isoformat()
(102000, '2024-08-15')
"""

from yingbao.policy.assess import Answer, assess
from yingbao.policy.explain import Explanation, Step, explain
from yingbao.policy.facts import UNKNOWN, Holding, Person, Span
from yingbao.policy.policy import Policy, load_library, load_release

__all__ = [
    "UNKNOWN",
    "Answer",
    "Explanation",
    "Holding",
    "Person",
    "Policy",
    "Span",
    "Step",
    "assess",
    "explain",
    "load_library",
    "load_release",
]
