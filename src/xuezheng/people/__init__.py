"""People: accounts, the tree of organisations, roles, and the one place that decides who reaches what."""
