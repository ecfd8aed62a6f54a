"""Reading what a meeting said: text in, frozen results out; no files, clock, environment or network."""
