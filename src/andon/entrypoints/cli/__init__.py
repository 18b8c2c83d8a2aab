"""The command `andon`."""

from andon.entrypoints.cli.app import main

__all__ = ["main"]
