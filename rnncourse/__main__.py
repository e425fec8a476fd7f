"""`python -m rnncourse` is the command `rnncourse`, for where scripts are not on the path."""

import sys

from rnncourse.cli import main

sys.exit(main())
