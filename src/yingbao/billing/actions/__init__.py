"""Writing bills and registers. Every action is keyword-only, one transaction, takes `by`, and leaves a journal entry.

`assess_everyone` is the one that needs two transactions, the first of which only reads.
"""

from yingbao.billing.actions.acknowledging import Acknowledged, read_acknowledgement
from yingbao.billing.actions.asking import ask_assessment, ask_issue
from yingbao.billing.actions.assessing import Assessed, assess_everyone
from yingbao.billing.actions.exporting import export_batch, write_workbook
from yingbao.billing.actions.issuing import issue_register
from yingbao.billing.actions.paying import pay, refund, settle
from yingbao.billing.actions.reassessing import DayPrice, price_of, prices, write_price
from yingbao.billing.actions.sending import send_tags, send_zero_fee
from yingbao.billing.actions.supplying import supply_parameter

__all__ = [
    "Acknowledged",
    "Assessed",
    "DayPrice",
    "ask_assessment",
    "ask_issue",
    "assess_everyone",
    "export_batch",
    "issue_register",
    "pay",
    "price_of",
    "prices",
    "read_acknowledgement",
    "refund",
    "send_tags",
    "send_zero_fee",
    "settle",
    "supply_parameter",
    "write_price",
    "write_workbook",
]
