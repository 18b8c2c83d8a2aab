"""The ledger check: proves the books from the journal alone."""
