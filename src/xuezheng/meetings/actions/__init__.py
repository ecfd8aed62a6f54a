"""Writing meetings. Each action is one transaction and one event of the ledger."""
