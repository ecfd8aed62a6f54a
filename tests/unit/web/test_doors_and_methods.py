"""What a door does before anybody's page is asked: a method that no page knows is refused."""

import pytest

from world import HOME, person

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("method", ["put", "delete", "patch", "options", "trace"])
def test_a_method_that_no_page_knows_is_refused_and_the_known_ones_are_named(client, method):
    client.force_login(person("planner", "planner"))
    answer = getattr(client, method)(f"/counties/{HOME}/")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD, POST")
