"""Writing bills and registers. Every action is keyword-only, one transaction, takes `by`, and leaves a journal entry."""

from yingbao.billing.actions.assessing import Assessed, assess_everyone
from yingbao.billing.actions.declaring import read_acknowledgement, submit_declarations
from yingbao.billing.actions.issuing import issue_register
from yingbao.billing.actions.supplying import supply_parameter

__all__ = [
    "Assessed",
    "assess_everyone",
    "issue_register",
    "read_acknowledgement",
    "submit_declarations",
    "supply_parameter",
]
