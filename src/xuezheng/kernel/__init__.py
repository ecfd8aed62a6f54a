"""What every room may rely on: verdicts, school years, regions, places in files, and the error tree.

Standard library only.
"""
