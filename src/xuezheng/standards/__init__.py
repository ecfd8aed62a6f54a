"""What the county owes: read rules, evaluate, explain."""
