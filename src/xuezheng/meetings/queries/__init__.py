"""Reading meetings: lists, one meeting with its proposals and decisions, the next agenda."""
