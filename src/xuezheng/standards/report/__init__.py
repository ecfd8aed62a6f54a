"""Reports of an assessment: table, JSON, CSV, workbook, Word document, self-contained page."""
