"""Servers and workers share the data folder; a restore needs it alone."""

import pytest

from xuezheng.kernel.refusal import InvalidRequest
from xuezheng.web.operations.occupancy import occupied


def test_servers_and_workers_go_together(tmp_path):
    with occupied(tmp_path), occupied(tmp_path):
        pass


def test_a_restore_waits_for_nobody_and_is_refused_beside_a_server(tmp_path):
    with occupied(tmp_path), pytest.raises(InvalidRequest) as refused, occupied(tmp_path, alone=True):
        pass
    assert refused.value.code == "installation_running"


def test_nothing_starts_while_a_restore_goes_on(tmp_path):
    with occupied(tmp_path, alone=True), pytest.raises(InvalidRequest) as refused, occupied(tmp_path):
        pass
    assert refused.value.code == "installation_being_restored"


def test_what_ended_holds_nothing(tmp_path):
    with occupied(tmp_path):
        pass
    with occupied(tmp_path, alone=True):
        pass
