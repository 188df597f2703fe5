"""Tables of rosters. Private: other rooms come through `actions`, `queries` and `states`."""

from __future__ import annotations

from django.db import models

from yingbao.journal.models import Versioned
from yingbao.kernel.ids import uuid7
from yingbao.rosters.states import DECISIONS, EFFECTS, EXTENTS, LISTS, OUTCOMES, STATES


class Roster(Versioned):
    """One list handed in. `sender` is the certifying body, `as_of` the day the list speaks of, `region` and
    `benefit_year` name the release it is read by; `kind` is what it is about.

    `layout`: which sheet was read how; `counts`: rows by outcome; `classes`: what the sender certifies of the kinds the
    list speaks of (a full list ends holdings of these that it does not name). `basis`: what the rows were compared with,
    as one number; applied only while it is still so. `previous_id`: the sender's list applied before. `run_id`: the run
    that reads a large list.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    unit_code = models.TextField()
    region = models.TextField()
    sender = models.TextField()
    kind = models.TextField(default="classes")
    as_of = models.DateField()
    extent = models.TextField()
    benefit_year = models.SmallIntegerField()
    classes = models.JSONField(default=list)
    basis = models.TextField(default="")
    previous_id = models.UUIDField(null=True)
    run_id = models.UUIDField(null=True)
    file_name = models.TextField()
    file_digest = models.TextField()
    state = models.TextField(default="reading")
    layout = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    handed_by = models.UUIDField(null=True)
    handed_by_name = models.TextField()
    handed_at = models.DateTimeField()
    submitted_by = models.UUIDField(null=True)
    submitted_by_name = models.TextField(blank=True)
    submitted_at = models.DateTimeField(null=True)
    decided_by = models.UUIDField(null=True)
    decided_by_name = models.TextField(blank=True)
    decided_at = models.DateTimeField(null=True)
    decision_grounds = models.TextField(blank=True)

    class Meta:
        db_table = "rosters_roster"
        indexes = (models.Index(fields=["unit_code", "sender", "-as_of"], name="rosters_roster_sender"),)
        constraints = (
            models.CheckConstraint(condition=models.Q(state__in=list(STATES)), name="rosters_roster_state"),
            models.CheckConstraint(
                condition=models.Q(extent__in=list(EXTENTS)), name="rosters_roster_extent"
            ),
            models.CheckConstraint(condition=models.Q(kind__in=list(LISTS)), name="rosters_roster_kind"),
            models.CheckConstraint(
                condition=models.Q(decided_by__isnull=True) | ~models.Q(decided_by=models.F("submitted_by")),
                name="rosters_roster_two_people",
            ),
            models.UniqueConstraint(
                fields=["unit_code", "sender", "file_digest"],
                name="rosters_roster_once",
                condition=~models.Q(state="withdrawn"),
            ),
        )


class File(models.Model):
    """The file as handed in, sealed; it goes back marked row by row."""

    roster = models.OneToOneField(Roster, models.PROTECT, primary_key=True, related_name="file")
    sealed = models.BinaryField()

    class Meta:
        db_table = "rosters_file"


class Row(models.Model):
    """One row of the sheet and what came of it. A row that ended is none of the sheet: `sheet` is empty then.

    `category` is the class, the stage of study, or what happened; `site` the school, or the unit somebody moved to.

    `score` is how surely the person was matched: 100 by number, less by name, birth and household. `before` is the
    holding the row changes or ends, `effect` what it does if it counts, `since` when the class then begins (empty: from
    birth, since nobody knows). `compared` is the person the program compared with, whomever a person named afterwards.

    Rows of a roster that is being checked are a working paper: checking again writes them anew, which is why they have
    no trigger against deletion. Once the roster is submitted or applied a trigger refuses every change of them.
    """

    id = models.BigAutoField(primary_key=True)
    roster = models.ForeignKey(
        Roster, models.PROTECT, related_name="rows", db_index=False, db_constraint=False
    )
    sheet = models.TextField()
    number = models.IntegerField()
    name = models.TextField()
    document_sealed = models.BinaryField(null=True)
    document_key = models.BinaryField(null=True)
    written = models.TextField()
    category = models.TextField()
    site = models.TextField(default="")
    recognised_on = models.DateField(null=True)
    ended_on = models.DateField(null=True)
    since = models.DateField(null=True)
    outcome = models.TextField()
    effect = models.TextField(default="none")
    reason = models.TextField()
    sentence = models.TextField()
    resident_id = models.UUIDField(null=True)
    compared_id = models.UUIDField(null=True)
    score = models.SmallIntegerField(default=0)
    before_id = models.UUIDField(null=True)
    decision = models.TextField(default="")
    decided_by_name = models.TextField(default="")

    class Meta:
        db_table = "rosters_row"
        indexes = (models.Index(fields=["roster", "outcome", "id"], name="rosters_row_outcome"),)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(outcome__in=list(OUTCOMES)), name="rosters_row_outcome_known"
            ),
            models.CheckConstraint(
                condition=models.Q(decision__in=list(DECISIONS)), name="rosters_row_decision"
            ),
            models.CheckConstraint(condition=models.Q(effect__in=list(EFFECTS)), name="rosters_row_effect"),
        )


class Candidate(models.Model):
    """A person whom a row without a number that fits may mean, and how surely."""

    id = models.BigAutoField(primary_key=True)
    row = models.ForeignKey(Row, models.PROTECT, related_name="candidates", db_constraint=False)
    resident_id = models.UUIDField()
    score = models.SmallIntegerField()

    class Meta:
        db_table = "rosters_candidate"


class Spelling(Versioned):
    """What a sender means by a heading or a class in lists of one kind (`about`), once a person has confirmed it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    unit_code = models.TextField()
    sender = models.TextField()
    about = models.TextField(default="classes")
    kind = models.TextField()
    written = models.TextField()
    meaning = models.TextField()
    confirmed_by_name = models.TextField()

    class Meta:
        db_table = "rosters_spelling"
        constraints = (
            models.UniqueConstraint(
                fields=["unit_code", "sender", "about", "kind", "written"], name="rosters_spelling_once"
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=["class", "column"]), name="rosters_spelling_kind"
            ),
        )
