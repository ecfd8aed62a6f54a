"""Cases: the one closed loop for everything that somebody must do, from opening to verified closing."""
