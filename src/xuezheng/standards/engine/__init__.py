"""The pure part: tables and rules in, frozen findings out. No clock, no environment, no network."""
