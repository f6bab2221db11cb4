"""`python -m cli` is `minyi`."""

import sys

from cli.main import main

sys.exit(main())
