"""The office's database for tests: made once, with two small counties in it; every test rolls back what it writes."""

import pytest
from django.utils import translation


def pytest_addoption(parser):
    parser.addoption("--database", choices=["sqlite", "postgres"], default="sqlite", help="the database to test on")


def pytest_report_header(config):
    return f"database: {config.getoption('--database')}"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Fill the test database once for all tests that ask for it."""
    from world import load_counties

    with django_db_blocker.unblock():
        load_counties()
    return django_db_setup


@pytest.fixture(autouse=True)
def source_language():
    """Begin every test in the source language: a page that an earlier one asked for in English leaves that behind."""
    with translation.override("zh-hans"):
        yield
