"""One look for page, office document and print: docx, charts, maps as pictures."""
