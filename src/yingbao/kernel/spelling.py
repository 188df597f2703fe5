"""One key for the many spellings of a printed term, so that spellings can be looked up."""

import unicodedata
from typing import Final

_DROPPED: Final = frozenset("“”\"'‘’「」、，,。·- 　")


def spelling_key(text: str) -> str:
    """Full-width forms made narrow, quotes, spaces and separators dropped, lower case.

    `特困人员（城市“三无”）` and `特困人员(城市三无)` share a key.
    """
    folded = unicodedata.normalize("NFKC", text)
    return "".join(char for char in folded if char not in _DROPPED and not char.isspace()).lower()
