"""Writing cases. Each action is one transaction; each step of a case is one event of the ledger."""
