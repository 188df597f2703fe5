"""Settings every test shares. Hypothesis draws the same examples on every machine and keeps no database.

To look for new examples by hand: `HYPOTHESIS_PROFILE=explore make test`.
"""

import os

from hypothesis import settings

settings.register_profile("ci", derandomize=True, database=None, deadline=None)
settings.register_profile("explore", derandomize=False, database=None, deadline=None, max_examples=2_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))
