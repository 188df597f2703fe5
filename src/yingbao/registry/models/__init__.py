"""Tables of the registry. Private: other rooms come through `actions`, `queries` and `states`.

Two kinds of time: `period` (half-open days) is what held when; `known_from` and the version tables are what was known
when. Everything that belongs to a person hangs below `Resident` and is seen by whoever sees that resident.
"""

from yingbao.registry.models.lives import Change, Cover, Holding, Membership, Residence, Schooling, Survival
from yingbao.registry.models.loads import LoadFault
from yingbao.registry.models.merges import Merge
from yingbao.registry.models.people import Household, Resident
from yingbao.registry.models.units import Assignment, Duty, Unit

__all__ = [
    "Assignment",
    "Change",
    "Cover",
    "Duty",
    "Holding",
    "Household",
    "LoadFault",
    "Membership",
    "Merge",
    "Residence",
    "Resident",
    "Schooling",
    "Survival",
    "Unit",
]
