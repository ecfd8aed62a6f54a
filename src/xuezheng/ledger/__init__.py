"""The ledger: every write is one event, events form a chain, and nobody can quietly edit what happened."""
