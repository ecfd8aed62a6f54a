"""The pure part of the register: headers, values and checks. No files, clock, environment or network."""
