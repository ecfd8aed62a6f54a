import pytest

from xuezheng.standards.engine.evaluate import assess_plainly, assess_with_duckdb


@pytest.fixture(params=[assess_plainly, assess_with_duckdb], ids=["plain", "duckdb"])
def engine(request):
    return request.param
