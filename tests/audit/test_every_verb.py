"""Everything that changes state leaves an entry: who, when, what, on both databases."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from datetime import timedelta

import pytest

import reporting
from reporting.audit import queries as audit
from reporting.core.actor import SYSTEM, Actor
from reporting.core.db import unit_of_work
from reporting.receipts import service as receipts
from reporting.reports import queries as reports
from reporting.tracking import service as tracking
from tests.audit import of_campaigns, of_days, of_people, of_reports
from tests.audit.stage import Stage
from tests.cast import make_cast
from tests.house.source import listed

# Verbs whose entries have their tests beside them, and steps of other verbs, each with the reason.
ELSEWHERE = {
    "reports.service.drafting.begun": "a step of every change of the working copy",
    "reports.service.drafting.touch": "writes the entry",
    "reports.service.submitting.begun_or_done": "a step of submit, which leaves the entry",
    "campaigns.service.dues.move_dues": "a step of edit_task, which leaves the entry",
    "reports.service.promising": "a step of promise and attach, which leave the entry",
    "reports.service.uploading": "an upload is no change before it is attached: tests/web/uploads",
    "uploads.service": "an upload is no change before it is attached: tests/web/uploads",
    "audit.service.record": "writes the entry",
}


# Verb → the entry's action and subject, and how the verb is called; it gives the id of the row the entry is about.
VERBS: dict[str, tuple[str, str, Callable[[Stage], int]]] = {
    "accounts.service.add": ("account.added", "user", of_people.add_account),
    "accounts.service.change_password": ("account.password_changed", "user", of_people.change_password),
    "accounts.service.choose_language": ("account.language_chosen", "user", of_people.choose_language),
    "accounts.service.reset_password": ("account.password_reset", "user", of_people.reset_password),
    "accounts.service.set_active": ("account.disabled", "user", of_people.disable),
    "bureaus.service.naming.add_alias": ("bureau.alias_added", "bureau", of_people.add_alias),
    "bureaus.service.naming.close": ("bureau.closed", "bureau", of_people.close_bureau),
    "bureaus.service.naming.rename": ("bureau.renamed", "bureau", of_people.rename),
    "bureaus.service.naming.reopen": ("bureau.reopened", "bureau", of_people.reopen_bureau),
    "bureaus.service.newcomers.import_contacts": ("membership.begun", "bureau", of_people.import_contacts),
    "bureaus.service.newcomers.take_on": ("membership.begun", "bureau", of_people.take_on),
    "bureaus.service.people.appoint": ("membership.begun", "bureau", of_people.appoint),
    "bureaus.service.people.dismiss": ("membership.ended", "bureau", of_people.dismiss),
    "bureaus.service.people.reset_password": ("account.password_reset", "user", of_people.reset_password),
    "bureaus.service.people.set_active": ("account.enabled", "user", of_people.enable),
    "bureaus.service.roster.import_roster": ("roster.imported", "roster", of_people.import_roster),
    "campaigns.service.assigning.assign": ("task.assigned", "task", of_campaigns.assign),
    "campaigns.service.assigning.assign_all": ("task.assigned", "task", of_campaigns.assign_all),
    "campaigns.service.assigning.unassign": ("task.unassigned", "task", of_campaigns.unassign),
    "campaigns.service.dues.extend": ("assignment.extended", "assignment", of_campaigns.extend),
    "campaigns.service.opening.close_task": ("task.closed", "task", of_campaigns.close_task),
    "campaigns.service.opening.open_task": ("task.opened", "task", of_campaigns.open_task),
    "campaigns.service.opening.reopen_task": ("task.reopened", "task", of_campaigns.reopen_task),
    "campaigns.service.opening.set_campaign_state": ("campaign.open", "campaign", of_campaigns.open_campaign),
    "campaigns.service.planning.create_campaign": (
        "campaign.created",
        "campaign",
        of_campaigns.create_campaign,
    ),
    "campaigns.service.planning.create_task": ("task.created", "task", lambda stage: stage.draft().id),
    "campaigns.service.planning.edit_campaign": ("campaign.edited", "campaign", of_campaigns.edit_campaign),
    "campaigns.service.planning.edit_task": ("task.edited", "task", of_campaigns.edit_task),
    "outbox.service.correct_address": ("letter_redirected", "letter", of_people.correct_address),
    "outbox.service.resend": ("letter_resent", "letter", of_people.resend),
    "reports.service.attaching.attach": ("report.files_added", "assignment", of_reports.attach),
    "reports.service.attaching.declare_none": ("report.none_declared", "assignment", of_reports.declare_none),
    "reports.service.attaching.move": ("report.file_moved", "assignment", of_reports.move),
    "reports.service.attaching.remove": ("report.file_removed", "assignment", of_reports.remove),
    "reports.service.attaching.restore": ("report.file_restored", "assignment", of_reports.restore),
    "reports.service.attaching.undeclare": ("report.none_withdrawn", "assignment", of_reports.undeclare),
    "reports.service.describing.update_captions": ("report.files_described", "assignment", of_reports.describe),
    "reports.service.drafting.save_text": ("report.text_saved", "assignment", of_reports.save_text),
    "reports.service.manifests.promise": ("report.files_promised", "assignment", of_reports.promise),
    "reports.service.submitting.prepare": ("report.prepared", "assignment", of_reports.prepare),
    "reports.service.submitting.submit": ("report.submitted", "assignment", of_reports.submit),
    "reviews.service.accept": ("report.accepted", "assignment", of_reports.accept),
    "reviews.service.give_back": ("report.returned", "assignment", of_reports.give_back),
    "workdays.service.clear_day": ("workday.cleared", "workday", of_days.clear_day),
    "workdays.service.confirm_year": ("workday_year.confirmed", "workday_year", of_days.confirm_year),
    "workdays.service.import_days": ("workdays.imported", "workdays", of_days.import_days),
    "workdays.service.set_day": ("workday.set", "workday", of_days.set_day),
    "workdays.service.withdraw_year": ("workday_year.withdrawn", "workday_year", of_days.withdraw_year),
}
# Verbs that do one of two things: the other one.
OTHERS = {
    "campaigns.service.opening.set_campaign_state, closing": (
        "campaign.closed",
        "campaign",
        of_campaigns.close_campaign,
    ),
    "reports.service.attaching.attach, of what was promised": ("report.files_came", "assignment", of_reports.fulfil),
}


@pytest.mark.parametrize(("action", "subject", "do"), [*VERBS.values(), *OTHERS.values()], ids=[*VERBS, *OTHERS])
def test_the_verb_leaves_an_entry(app, now, action, subject, do):
    cast = make_cast()
    stage = Stage(cast, now)
    with unit_of_work():
        number = do(stage)
    newest = audit.of(subject, number)[0]
    assert (newest.action, newest.at) == (action, now)
    assert Actor(newest.user_id, newest.actor_name) == stage.desk


def test_an_entry_about_files_says_which_and_what_changed(app, now):
    stage = Stage(make_cast(), now)
    with unit_of_work():
        number = of_reports.describe(stage)
    described, added = audit.of("assignment", number)
    assert added.facts == {"slot": "photos", "files": ["甲.jpg"]}
    assert described.facts["files"] == ["甲.jpg"]
    assert described.facts["changes"] == {"甲.jpg": {"caption": {"was": "", "is": "启动仪式"}}}


def test_the_clock_leaves_entries_of_what_it_did(app, now):
    stage = Stage(make_cast(), now)
    with unit_of_work():
        submission_id = stage.round()
        assignment = stage.cast.assignment("Q-HE")
        submission = next(one for one in reports.submissions(assignment.id) if one.id == submission_id)
        receipt = receipts.issue(submission, assignment, now=now)
        again = receipts.issue(submission, assignment, now=now)
    assert again is receipt
    issued, _submitted, *_rest = audit.of("assignment", assignment.id)
    assert (issued.action, issued.actor_name) == ("receipt.issued", SYSTEM.name)
    assert issued.facts == {"number": receipt.number, "round": 1}
    later = stage.task.due_at + timedelta(hours=1)
    for _twice in range(2):
        with unit_of_work():
            tracking.sweep(now=later)
    judged = [one for one in audit.of("task", stage.task.id) if one.action == "task.judged"]
    assert [(one.at, one.actor_name, one.facts) for one in judged] == [
        (later, SYSTEM.name, {"stage": "due", "verdicts": 4})
    ]


def test_the_table_knows_every_verb():
    missing = [verb for verb in _verbs() if verb not in VERBS and not any(map(verb.startswith, ELSEWHERE))]
    assert not missing, listed(
        "Who, when and what of a change must be found again later: test its entry here.", missing
    )
    gone = sorted(set(VERBS) - set(_verbs()))
    assert not gone, listed("The table names verbs that are gone.", gone)


def _verbs() -> list[str]:
    """Every public function of a service that is handed an actor."""
    found = []
    for module in pkgutil.walk_packages(reporting.__path__, "reporting."):
        if "service" not in module.name.split(".")[2:]:
            continue
        loaded = importlib.import_module(module.name)
        found += [
            f"{module.name.removeprefix('reporting.')}.{name}"
            for name, verb in inspect.getmembers(loaded, inspect.isfunction)
            if verb.__module__ == module.name and name[0] != "_" and "actor" in inspect.signature(verb).parameters
        ]
    return found
