"""`python -m adr VERB`."""

import sys

from adr.cli import main

sys.exit(main())
