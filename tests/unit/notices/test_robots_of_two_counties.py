"""Somebody with roles in two counties: each county's chat group counts that county's notices only."""

from datetime import date, timedelta

import pytest

from world import AT, HOME, OTHER, organisation
from xuezheng.notices.actions.outbox import collect_for_robots
from xuezheng.notices.models import Notice, Outgoing, Robot
from xuezheng.people.models import Appointment
from xuezheng.register.models import County


@pytest.mark.django_db
def test_a_chat_group_counts_no_notice_of_another_county_of_its_people(office):
    both, root = office.accounts["finance"], organisation("county", OTHER, OTHER, "临河县")
    Appointment.objects.create(account=both, organisation=root, role="unit_officer", starts_on=date(2020, 1, 1))
    other = County.objects.get(code=OTHER)
    for county, unit in ((office.county, None), (office.county, office.finance_unit), (other, None)):
        Robot.objects.create(
            county=county, unit=unit, name="群", kind="wecom", host="a", sealed="", told_until=AT - timedelta(hours=1),
            changed_by=both, changed_at=AT,
        )  # fmt: skip
    for number, (county, kind) in enumerate(
        [(HOME, "urged"), (HOME, "urged"), (OTHER, "handed_out"), ("", "to_check")]
    ):
        Notice.objects.create(
            reader=both, county=county, kind=kind, subject_kind="case", subject_id=str(number), robot=True, at=AT
        )
    assert collect_for_robots(at=AT) == 3
    home = {"urged": 2, "to_check": 1}
    assert list(Outgoing.objects.order_by("robot").values_list("county", "counts")) == [
        (HOME, home), (HOME, home), (OTHER, {"handed_out": 1, "to_check": 1}),
    ]  # fmt: skip
