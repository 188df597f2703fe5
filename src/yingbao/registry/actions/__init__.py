"""Writing the registry. Every action is keyword-only, one transaction, takes `by`, and leaves a journal entry."""

from yingbao.registry.actions.covers import end_cover, end_holding, recognise, record_cover
from yingbao.registry.actions.details import change_details, give_document
from yingbao.registry.actions.enrolling import Paid, annul_insurance, hindered, insure
from yingbao.registry.actions.lives import change_state, end_survival, record_survival, withdraw_survival
from yingbao.registry.actions.loads import ask_load, load_now, load_population, run_load
from yingbao.registry.actions.merges import ask_merge, ask_split, decide
from yingbao.registry.actions.moves import move, move_household
from yingbao.registry.actions.people import add_member, register_household
from yingbao.registry.actions.units import add_unit, assign, close_unit, end_duty, give_duty, units_of_release

__all__ = [
    "Paid",
    "add_member",
    "add_unit",
    "annul_insurance",
    "ask_load",
    "ask_merge",
    "ask_split",
    "assign",
    "change_details",
    "change_state",
    "close_unit",
    "decide",
    "end_cover",
    "end_duty",
    "end_holding",
    "end_survival",
    "give_document",
    "give_duty",
    "hindered",
    "insure",
    "load_now",
    "load_population",
    "move",
    "move_household",
    "recognise",
    "record_cover",
    "record_survival",
    "register_household",
    "run_load",
    "units_of_release",
    "withdraw_survival",
]
