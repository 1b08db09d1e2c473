"""Makes ``bounds`` importable for the tests below this folder."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))
