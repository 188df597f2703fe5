"""The fields that are sealed, as the sealer names them, and the shape of household numbers."""

import re
from typing import Final

DOCUMENT: Final = "resident.document"
PHONE: Final = "resident.phone"
#: A region's code, which does not begin with 0 as a telephone's does, and a number or another office's own id.
HOUSEHOLD_NUMBER: Final = re.compile(r"[1-9]\d{3,11}-[0-9A-Z]+", re.ASCII)
