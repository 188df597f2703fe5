"""Tables of billing. Private: other rooms come through `actions`, `queries` and `states`.

A bill is written once. What changes is its `state`; another amount is another bill that names the one before (N-13).
What is written a million at a time in sets (bills, lines, rows of an issue) has no foreign key to be looked up row by row:
nobody can delete what they point to, and they are written by INSERT … SELECT from it (docs/adr/0014).
Every row carries the unit it belongs to and is seen by whoever that unit lies under.
"""

from yingbao.billing.models.batches import Batch, BatchLine
from yingbao.billing.models.bills import PERSON, Assessment, Bill, Counter, Line, Release, Supplied, Transfer
from yingbao.billing.models.registers import Register, RegisterBill, RegisterChange, RegisterSum

__all__ = [
    "PERSON",
    "Assessment",
    "Batch",
    "BatchLine",
    "Bill",
    "Counter",
    "Line",
    "Register",
    "RegisterBill",
    "RegisterChange",
    "RegisterSum",
    "Release",
    "Supplied",
    "Transfer",
]
