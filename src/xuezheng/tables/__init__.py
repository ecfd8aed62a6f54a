"""The only door to DuckDB, Arrow and the readers and writers of workbooks."""
