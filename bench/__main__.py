"""`python -m bench`: everything that is measured side by side. Options are those of each part."""

import sys

from bench import calls

sys.exit(calls.main(sys.argv[1:]))
