"""Who may stop the installation's own jobs where it holds several counties."""

import pytest

from world import AT, HOME, organisation, person
from xuezheng.web.models import Job

pytestmark = pytest.mark.django_db


def job(county):
    return Job.objects.create(kind="operations.backup", county=county, state="failed", requested_at=AT, run_after=AT)


def test_somebody_of_one_county_repeats_its_jobs_but_not_the_installation_s(client):
    own, everybody_s = job(HOME), job("")
    client.force_login(person("statistician-of-one", "statistician"))
    assert client.get(f"/operations/jobs/{everybody_s.pk}/").status_code == 200
    refused = client.post(f"/operations/jobs/{everybody_s.pk}/retry/")
    assert refused.status_code == 403
    assert client.post(f"/operations/jobs/{own.pk}/retry/").status_code == 302
    assert Job.objects.get(pk=everybody_s.pk).state == "failed"


def test_somebody_of_the_city_repeats_both(client):
    everybody_s = job("")
    client.force_login(person("administrator-of-city", "administrator", organisation("city", "", "", "某市")))
    assert client.post(f"/operations/jobs/{everybody_s.pk}/retry/").status_code == 302
