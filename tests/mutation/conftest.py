"""Makes the modules beside this file importable for the tests beside them."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))
