"""The audit trail: search, events, verification, export."""
