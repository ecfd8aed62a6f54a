"""`python -m benchmarks`: every table, in one run."""

from benchmarks import county, office, reading, standards

if __name__ == "__main__":
    standards.run()
    county.run()
    reading.main()
    office.run()
