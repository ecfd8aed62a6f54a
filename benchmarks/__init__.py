"""The benchmark table: our engine and readers beside their peers, in one run, on the same files."""
