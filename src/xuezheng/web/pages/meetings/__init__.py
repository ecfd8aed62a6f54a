"""Meetings: their bulletins read, what they ask for settled, their records, the next agenda."""
