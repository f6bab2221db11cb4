"""`python -m crawlers`: the child process of one run; started by `crawlers.launch` only."""

import sys

from crawlers.child import main

sys.exit(main())
