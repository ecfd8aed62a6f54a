"""Who is who: organisations as a tree, accounts, appointments, sessions, and what needs two people."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q


class Organisation(models.Model):
    """A unit of the tree. `path` is the ids from the root to itself, `/1/4/17/`: a subtree is one prefix."""

    class Kind(models.TextChoices):
        """What an organisation is; what it is called stands in the catalogue of messages."""

        CITY = "city"
        COUNTY = "county"
        OFFICE = "office"
        COMMISSION = "commission"
        SECTION = "section"
        MEMBER_UNIT = "member_unit"
        TOWNSHIP = "township"
        SCHOOL = "school"

    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    path = models.CharField(max_length=200, unique=True, null=True)  # noqa: DJ001 - null only until the id is known
    kind = models.CharField(max_length=20, choices=Kind.choices)
    county = models.CharField(max_length=6, blank=True)
    code = models.CharField(max_length=12, blank=True)
    name = models.CharField(max_length=100)
    protocol_order = models.IntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ("protocol_order", "code", "id")
        constraints = (
            models.UniqueConstraint(
                fields=["kind", "county", "code"], condition=~Q(code=""), name="one_organisation_a_code"
            ),
        )
        indexes = (models.Index(fields=["county", "kind"]),)

    def __str__(self) -> str:
        return self.name


class Account(AbstractBaseUser):
    """Somebody who can sign in. Nothing about the person but a name, and an address if they want messages there."""

    login = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=60)
    email = models.EmailField(blank=True)
    language = models.CharField(max_length=10, blank=True)
    is_active = models.BooleanField(default=True)
    must_change_password = models.BooleanField(default=False)
    oidc_subject = models.CharField(max_length=200, null=True, blank=True, unique=True)
    created_at = models.DateTimeField()
    left_on = models.DateField(null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)

    objects = BaseUserManager["Account"]()

    USERNAME_FIELD = "login"
    EMAIL_FIELD = "email"

    class Meta:
        ordering = ("login",)

    def __str__(self) -> str:
        return self.name


class Appointment(models.Model):
    """A role that somebody holds in an organisation for a time; a deputy holds somebody else's."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="appointments")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="appointments")
    role = models.CharField(max_length=40)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    deputy_of = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="deputies")

    class Meta:
        ordering = ("organisation__protocol_order", "role", "id")
        constraints = (
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="appointment_ends_after_start"
            ),
        )


class SignedInSession(models.Model):
    """One place where somebody is signed in: what they see in their list of sessions, and can end."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="signed_in_sessions")
    session_key = models.CharField(max_length=40, unique=True)
    device = models.CharField(max_length=200, blank=True)
    started_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    class Meta:
        ordering = ("-last_seen_at",)


class AccessToken(models.Model):
    """A personal token for the API, with its owner's rights and no more.

    `digest` is the SHA-256 of its secret, which was shown once. `is_strong`: it was made in a session that a second
    factor or the identity service had opened. `last_used_on` is a day, not a moment.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="access_tokens")
    name = models.CharField(max_length=60)
    digest = models.CharField(max_length=64)
    is_strong = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_on = models.DateField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-made_at", "-id")
        constraints = (
            models.CheckConstraint(condition=Q(expires_at__gt=F("made_at")), name="token_expires_after_it_is_made"),
        )

    def __str__(self) -> str:
        return self.name


class Approval(models.Model):
    """Something that one person asks for and another decides: unlocking a year, deleting, exporting personal data.

    `expires_at` is when an open request lapses, and once granted, when the grant does.
    """

    class Outcome(models.TextChoices):
        """How it was decided."""

        OPEN = "open"
        GRANTED = "granted"
        REFUSED = "refused"
        WITHDRAWN = "withdrawn"
        USED = "used"
        EXPIRED = "expired"

    county = models.CharField(max_length=6, blank=True)
    kind = models.CharField(max_length=40)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=80)
    details = models.JSONField(default=dict)
    reason = models.TextField()
    requested_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    outcome = models.CharField(max_length=12, choices=Outcome.choices, default=Outcome.OPEN)
    decided_by = models.ForeignKey(Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_note = models.TextField(blank=True)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-requested_at", "-id")
        constraints = (
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("requested_by")),
                name="decided_by_somebody_else",
            ),
        )
        indexes = (
            models.Index(fields=["county", "outcome"]),
            models.Index(fields=["kind", "subject_kind", "subject_id", "outcome"]),
        )
