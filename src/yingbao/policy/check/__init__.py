"""What is proved about every release: run by `yingbao policy check`, before anybody is billed by it.

>>> from yingbao.policy import load_library
>>> from yingbao.policy.check import check_library
>>> check_library(load_library()).ok
True
"""

from yingbao.policy.check.findings import Counts, Finding, Report
from yingbao.policy.check.library import check_folder, check_library
from yingbao.policy.check.release import check_policy

__all__ = ["Counts", "Finding", "Report", "check_folder", "check_library", "check_policy"]
