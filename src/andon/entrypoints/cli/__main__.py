"""`python -m andon.entrypoints.cli`."""

from andon.entrypoints.cli.app import main

main()
