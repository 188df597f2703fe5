"""Every setting is documented, and every documented one is read somewhere."""

import re
from pathlib import Path

HOUSE = Path(__file__).resolve().parents[2]
READ = [*(HOUSE / "src").rglob("*.py"), *(HOUSE / "benchmarks").rglob("*.py")]
VARIABLE = re.compile(r"\bYINGBAO_[A-Z]+(?:_[A-Z]+)*\b")


def test_the_page_of_settings_lists_every_variable_and_no_other() -> None:
    used = {name for path in READ for name in VARIABLE.findall(path.read_text(encoding="utf-8"))}
    page = (HOUSE / "docs" / "reference" / "settings.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(YINGBAO_\w+)` \|", page, re.MULTILINE)) == used
