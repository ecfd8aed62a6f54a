"""Mail by the server that the administrator named: counts and a link, no titles, no names of matters or people."""

import smtplib
from contextlib import suppress
from email.errors import MessageError
from email.utils import parseaddr

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.validators import validate_email

from xuezheng.catalogue.notices import load_notices
from xuezheng.kernel.refusal import InvalidRequest
from xuezheng.notices.models import Outgoing
from xuezheng.web.operations.delivery.calling import BrokenOff, NotTaken


def link(language: str) -> str:
    """Return the line that says where to sign in."""
    if settings.PUBLIC_ADDRESS:
        return load_notices().say("link", language, address=f"{settings.PUBLIC_ADDRESS}/notices/")
    return load_notices().say("no_link", language)


def compose(message: Outgoing) -> EmailMessage:
    """Return a message as mail, in its reader's language."""
    if message.account is None:
        raise AssertionError("mail goes to a person")
    catalogue = load_notices()
    language = _language(message.account.language)
    if message.purpose == "trial":
        subject, body = catalogue.say("mail_test_subject", language), catalogue.say("mail_test_body", language)
    else:
        known = [(kind, message.counts[kind]) for kind in catalogue.kinds if message.counts.get(kind)]
        total = sum(message.counts.values())
        lines = "\n".join(
            catalogue.say("mail_line", language, title=catalogue.kinds[kind].title.in_language(language), count=count)
            for kind, count in known
        )
        subject = catalogue.say("mail_subject", language, count=total)
        body = catalogue.say("mail_body", language, count=total, lines=lines, link=link(language))
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    headers = {
        # The same for every attempt of one message: mail servers that see it twice can tell.
        "Message-ID": f"<notice-{message.pk}@{domain}>", "Auto-Submitted": "auto-generated",
    }  # fmt: skip
    return EmailMessage(subject, body, settings.DEFAULT_FROM_EMAIL, [message.account.email], headers=headers)


def _language(chosen: str) -> str:
    return "en" if (chosen or settings.DEFAULT_LANGUAGE).startswith("en") else "zh"


class MailSender:
    """One connection to the mail server for the messages of one round, opened with the first."""

    def __init__(self) -> None:
        self._connection: BaseEmailBackend | None = None

    def send(self, message: Outgoing) -> None:
        """Send one message.

        Raises `NotTaken` where the server certainly has not taken it, `InvalidRequest` where the stored address is none,
        `BrokenOff` where nobody knows.
        """
        if message.account is None or not message.account.email or not message.account.is_active:
            raise NotTaken("message_without_address")
        try:
            validate_email(message.account.email)
        except ValidationError as problem:
            raise InvalidRequest("message_address_malformed") from problem
        connection = self._open()
        mail = compose(message)
        try:
            connection.send_messages([mail])
        except smtplib.SMTPRecipientsRefused as problem:
            raise NotTaken("message_recipient_refused") from problem
        except smtplib.SMTPResponseException as problem:
            raise NotTaken("message_mail_refused", answer=str(problem.smtp_code)) from problem
        except (smtplib.SMTPException, OSError) as problem:
            self._connection = None
            raise BrokenOff from problem
        except (ValueError, MessageError) as problem:
            # Header and envelope are written before the text goes out. The next message begins on a fresh connection:
            # this one may stand in the middle of an envelope.
            self.close()
            raise InvalidRequest("message_address_malformed") from problem

    def close(self) -> None:
        """Say goodbye to the server, where it was called."""
        if self._connection is not None:
            with suppress(smtplib.SMTPException, OSError):
                self._connection.close()
            self._connection = None

    def _open(self) -> BaseEmailBackend:
        if self._connection is None:
            if not settings.MAIL_HOST:
                raise NotTaken("message_no_mail_server")
            connection = get_connection(fail_silently=False)
            try:
                connection.open()
            except smtplib.SMTPAuthenticationError as problem:
                raise NotTaken("message_mail_sign_in") from problem
            except (smtplib.SMTPException, OSError) as problem:
                raise NotTaken("message_host_unreachable", host=settings.MAIL_HOST) from problem
            self._connection = connection
        return self._connection
