"""Asking for a ledger check and keeping its result. The check itself is `andon.reporting.ledger`."""
