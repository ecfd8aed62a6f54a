"""Writing notices and what goes out. A notice is no act of its own: the event that it tells of is the act."""
