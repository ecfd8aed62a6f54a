"""Stored addresses that are none: that message has failed with a sentence, and the others of the round go out."""

import pytest

from servers_of_notices import mail_server
from world import AT, HOME
from xuezheng.notices.actions.outbox import collect_daily_mail
from xuezheng.notices.models import Notice, Outgoing
from xuezheng.web.operations.delivery.round import deliver


@pytest.mark.django_db
@pytest.mark.parametrize(
    "written",
    ["cz@example.org\nBcc: all@example.org", "财政局", "cz", "a@b, c@d", " ", "cz@", "@example.org", "<>",
     f"cz@{'局' * 70}.example.org", "财 政@example.org", "a@b@c"],
)  # fmt: skip
def test_a_malformed_address_fails_its_own_message_only(office, settings, written):
    settings.MAIL_HOST = settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.DEFAULT_FROM_EMAIL = "学政 <no-reply@edu.example.org>"
    # The malformed one stands between two that are none the worse for it.
    accounts = [office.accounts[name] for name in ("finance", "school", "head")]
    accounts.sort(key=lambda account: account.pk)
    for account, address in zip(accounts, ("one@example.org", written, "three@example.org"), strict=True):
        type(account).objects.filter(pk=account.pk).update(email=address)
        Notice.objects.create(
            reader=account, county=HOME, kind="urged", subject_kind="case", subject_id="1", mail="daily", at=AT
        )
    collect_daily_mail(at=AT)
    with mail_server() as server:
        settings.EMAIL_PORT = server.port
        assert dict(+deliver(lambda: AT)) == {"sent": 2, "refused": 1}
    ended = Outgoing.objects.order_by("account_id").values_list("state", "failure_code")
    assert list(ended) == [("sent", ""), ("failed", "message_address_malformed"), ("sent", "")]
    assert len(server.texts) == 2
