"""`python -m carekit`."""

import sys

from carekit.cli import main

sys.exit(main())
