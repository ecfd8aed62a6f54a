"""What goes to chat robots, worked out without any network."""
