"""The fields that are sealed, as the sealer names them, and the shapes of numbers people type."""

import re
from typing import Final

DOCUMENT: Final = "resident.document"
PHONE: Final = "resident.phone"
#: A document that is no citizen's ID card.
OTHER_DOCUMENT: Final = re.compile(r"[A-Z0-9()-]{5,30}", re.ASCII)
#: A region's code, which does not begin with 0 as a telephone's does, and a number or another office's own id.
HOUSEHOLD_NUMBER: Final = re.compile(r"[1-9]\d{3,11}-[0-9A-Z]+", re.ASCII)
