"""Schools as table and map, a school's page, search, the data dictionary, imports."""
