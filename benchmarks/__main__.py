"""`python -m benchmarks`: every table, in one run."""

from benchmarks import bulletins, cases, county, office, reading, standards

if __name__ == "__main__":
    standards.run()
    county.run()
    reading.main()
    office.run()
    bulletins.run()
    cases.run_all()
