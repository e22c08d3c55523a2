"""Everything that changes state leaves an entry: who, when, what, on both databases."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

import reporting
from reporting.accounts import service as accounts
from reporting.audit import queries as audit
from reporting.bureaus import queries as bureaus
from reporting.bureaus import service as bureau_service
from reporting.bureaus.models import Bureau
from reporting.bureaus.rules import ContactRow, RosterRow
from reporting.campaigns import service as campaigns
from reporting.campaigns.models import Task
from reporting.campaigns.rules import CampaignPlan, SlotPlan, State, TaskPlan
from reporting.core.actor import SYSTEM, Actor
from reporting.core.db import db, unit_of_work
from reporting.outbox import queries as letters
from reporting.outbox import service as outbox
from reporting.outbox.models import Message
from reporting.outbox.rules import Recipient
from reporting.outbox.rules import State as LetterState
from reporting.receipts import service as receipts
from reporting.reports import queries as reports
from reporting.reports import service as report_service
from reporting.reports.rules import Entry
from reporting.reviews import service as reviews
from reporting.tracking import service as tracking
from tests.cast import Cast, make_cast
from tests.house.source import listed
from tests.reports.parcels import parcel

CAMPAIGN = CampaignPlan(
    year=2014, title="质量月", document_number="432号", theme="", starts_on=date(2014, 9, 1), ends_on=date(2014, 9, 30), zone="Asia/Shanghai",
)  # fmt: skip
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


class Stage:
    """The cast, with what the verbs are called on."""

    def __init__(self, cast: Cast, now) -> None:
        self.cast, self.now = cast, now
        self.desk = cast.actor("HQ", "coordinator")
        self.by = {"actor": self.desk, "now": now}

    @property
    def task(self) -> Task:
        return self.cast.task

    def bureau(self, code: str = "Q-HE") -> Bureau:
        found = bureaus.find_by_code(code)
        assert found is not None
        return found

    def draft(self) -> Task:
        """Another task, not opened, which Hebei will owe."""
        plan = TaskPlan(
            title="方案", opens_at=self.now, due_at=self.now + timedelta(days=2), cutoff_at=self.now + timedelta(days=3),
            slots=(SlotPlan(kind="summary", formats=("docx",), takes_text=True),),
        )  # fmt: skip
        return campaigns.create_task(self.task.campaign, plan, **self.by)

    def plan(self, task: Task, title: str) -> TaskPlan:
        slots = tuple(
            SlotPlan(kind=slot.kind, formats=tuple(slot.formats.split()), takes_text=slot.takes_text)
            for slot in task.slots
        )
        return TaskPlan(title=title, opens_at=task.opens_at, due_at=task.due_at, cutoff_at=task.cutoff_at, slots=slots)

    def write(self) -> None:
        report_service.save_text(self.cast.assignment("Q-HE"), title="总结", body="正文", version=0, **self.by)

    def photo(self, name: str) -> int:
        assignment = self.cast.assignment("Q-HE")
        reasons = report_service.attach(assignment, "photos", [parcel(name, at=self.now)], **self.by)
        assert not reasons
        report = reports.find_report(assignment.id)
        assert report is not None
        return next(one.id for one in reports.attachments(report.id) if one.name == name)

    def round(self) -> int:
        self.write()
        submission, _new = report_service.submit(self.cast.assignment("Q-HE"), key="k", is_certifier=True, **self.by)
        return submission.id

    def letter(self) -> int:
        outbox.put("receipt", "k", to=Recipient("a@b.cn", "李敏", "en"), facts={}, now=self.now)
        db.session.flush()
        return letters.page(limit=1).rows[0].id


def _edit_campaign(stage: Stage) -> int:
    campaign = campaigns.create_campaign(stage.bureau("HQ"), CAMPAIGN, **stage.by)
    campaigns.edit_campaign(campaign, replace(CAMPAIGN, title="新标题"), version=campaign.version, **stage.by)
    return campaign.id


def _edit_task(stage: Stage) -> int:
    task = stage.draft()
    campaigns.edit_task(task, stage.plan(task, "新标题"), version=task.version, **stage.by)
    return task.id


def _open_task(stage: Stage) -> int:
    task = stage.draft()
    campaigns.assign(task, [stage.bureau().id], **stage.by)
    campaigns.open_task(task, **stage.by)
    return task.id


def _reopen_task(stage: Stage) -> int:
    campaigns.close_task(stage.task, **stage.by)
    campaigns.reopen_task(stage.task, **stage.by)
    return stage.task.id


def _close_task(stage: Stage) -> int:
    campaigns.close_task(stage.task, **stage.by)
    return stage.task.id


def _close_campaign(stage: Stage) -> int:
    campaigns.set_campaign_state(stage.task.campaign, State.CLOSED, **stage.by)
    return stage.task.campaign_id


def _open_campaign(stage: Stage) -> int:
    _close_campaign(stage)
    campaigns.set_campaign_state(stage.task.campaign, State.OPEN, **stage.by)
    return stage.task.campaign_id


def _assign(stage: Stage) -> int:
    task = stage.draft()
    campaigns.assign(task, [stage.bureau().id], **stage.by)
    return task.id


def _assign_all(stage: Stage) -> int:
    task = stage.draft()
    campaigns.assign_all(task, **stage.by)
    return task.id


def _unassign(stage: Stage) -> int:
    task = stage.draft()
    campaigns.assign(task, [stage.bureau().id], **stage.by)
    campaigns.unassign(task, [stage.bureau().id], **stage.by)
    return task.id


def _extend(stage: Stage) -> int:
    assignment = stage.cast.assignment("Q-HE")
    due_at = assignment.due_at + timedelta(days=1)
    campaigns.extend(assignment, due_at=due_at, reason="停电", document_number="88号", **stage.by)
    return assignment.id


def _save_text(stage: Stage) -> int:
    stage.write()
    return stage.cast.assignment("Q-HE").id


def _attach(stage: Stage) -> int:
    stage.photo("甲.jpg")
    return stage.cast.assignment("Q-HE").id


def _remove(stage: Stage) -> int:
    report_service.remove(stage.cast.assignment("Q-HE"), stage.photo("甲.jpg"), **stage.by)
    return stage.cast.assignment("Q-HE").id


def _restore(stage: Stage) -> int:
    attachment_id = stage.photo("甲.jpg")
    report_service.remove(stage.cast.assignment("Q-HE"), attachment_id, **stage.by)
    report_service.restore(stage.cast.assignment("Q-HE"), attachment_id, **stage.by)
    return stage.cast.assignment("Q-HE").id


def _move(stage: Stage) -> int:
    attachment_id = stage.photo("甲.jpg")
    stage.photo("乙.jpg")
    report_service.move(stage.cast.assignment("Q-HE"), attachment_id, to=2, **stage.by)
    return stage.cast.assignment("Q-HE").id


def _describe(stage: Stage) -> int:
    said = {stage.photo("甲.jpg"): report_service.Description("启动仪式", None)}
    report_service.update_captions(stage.cast.assignment("Q-HE"), said, **stage.by)
    return stage.cast.assignment("Q-HE").id


def _declare_none(stage: Stage) -> int:
    report_service.declare_none(stage.cast.assignment("Q-HE"), "videos", reason="没有拍摄", **stage.by)
    return stage.cast.assignment("Q-HE").id


def _undeclare(stage: Stage) -> int:
    _declare_none(stage)
    report_service.undeclare(stage.cast.assignment("Q-HE"), "videos", **stage.by)
    return stage.cast.assignment("Q-HE").id


def _promise(stage: Stage) -> int:
    entries = [Entry("甲.jpg", 1000, parcel("甲.jpg", at=stage.now).sha256, "")]
    report_service.promise(stage.cast.assignment("Q-HE"), "photos", entries, **stage.by)
    return stage.cast.assignment("Q-HE").id


def _fulfil(stage: Stage) -> int:
    _promise(stage)
    stage.photo("甲.jpg")
    return stage.cast.assignment("Q-HE").id


def _prepare(stage: Stage) -> int:
    stage.task.sign_off = True
    stage.write()
    report_service.prepare(stage.cast.assignment("Q-HE"), **stage.by)
    return stage.cast.assignment("Q-HE").id


def _submit(stage: Stage) -> int:
    stage.round()
    return stage.cast.assignment("Q-HE").id


def _accept(stage: Stage) -> int:
    stage.write()
    for kind in ("photos", "videos"):
        report_service.declare_none(stage.cast.assignment("Q-HE"), kind, reason="没有拍摄", **stage.by)
    submission, _new = report_service.submit(stage.cast.assignment("Q-HE"), key="k", is_certifier=True, **stage.by)
    reviews.accept(stage.cast.assignment("Q-HE"), submission.id, note="好", **stage.by)
    return stage.cast.assignment("Q-HE").id


def _give_back(stage: Stage) -> int:
    reviews.give_back(stage.cast.assignment("Q-HE"), stage.round(), note="请补", slots=[], due_at=None, **stage.by)
    return stage.cast.assignment("Q-HE").id


def _rename(stage: Stage) -> int:
    names = {"name_zh": "河北新局", "short_zh": "", "name_en": ""}
    bureau_service.rename(stage.bureau(), **names, since=stage.now.date(), **stage.by)
    return stage.bureau().id


def _add_alias(stage: Stage) -> int:
    bureau_service.add_alias(stage.bureau(), "河北技监", **stage.by)
    return stage.bureau().id


def _close_bureau(stage: Stage) -> int:
    bureau_service.close(stage.bureau(), on=stage.now.date(), **stage.by)
    return stage.bureau().id


def _reopen_bureau(stage: Stage) -> int:
    _close_bureau(stage)
    bureau_service.reopen(stage.bureau(), **stage.by)
    return stage.bureau().id


def _import_roster(stage: Stage) -> int:
    row = RosterRow(2, "SX", "山西局", "Shanxi", "山西局", "quality", "140000", "华北", "HQ")
    bureau_service.import_roster([row], today=stage.now.date(), below=stage.bureau("HQ"), **stage.by)
    return stage.bureau("HQ").id


NEWCOMER = ContactRow(2, "Q-HE", "周华", "zhou@he.example", "", "reporter")


def _take_on(stage: Stage) -> int:
    first = accounts.first_password()
    bureau_service.take_on(NEWCOMER, stage.bureau(), first, inviter=stage.bureau("HQ"), **stage.by)
    return stage.bureau().id


def _import_contacts(stage: Stage) -> int:
    giver = bureaus.giver([(stage.bureau("HQ").id, "administrator")])
    passwords = bureau_service.prepare([NEWCOMER])
    bureau_service.import_contacts([NEWCOMER], passwords, giver=giver, inviter=stage.bureau("HQ"), **stage.by)
    return stage.bureau().id


def _appoint(stage: Stage) -> int:
    bureau_service.appoint(stage.cast.user("C-SH"), stage.bureau(), "reporter", **stage.by)
    return stage.bureau().id


def _dismiss(stage: Stage) -> int:
    held = bureau_service.appoint(stage.cast.user("C-SH"), stage.bureau(), "reporter", **stage.by)
    db.session.flush()
    bureau_service.dismiss(held.id, **stage.by)
    return stage.bureau().id


def _user(stage: Stage) -> int:
    return stage.cast.user("C-SH").id


def _reset_password(stage: Stage) -> int:
    bureau_service.reset_password(stage.cast.user("C-SH"), accounts.first_password(), **stage.by)
    return _user(stage)


def _disable(stage: Stage) -> int:
    bureau_service.set_active(stage.cast.user("C-SH"), active=False, **stage.by)
    return _user(stage)


def _enable(stage: Stage) -> int:
    _disable(stage)
    bureau_service.set_active(stage.cast.user("C-SH"), active=True, **stage.by)
    return _user(stage)


def _add_account(stage: Stage) -> int:
    return accounts.add("new@he.example", "周华", password=accounts.first_password(), **stage.by).id


def _change_password(stage: Stage) -> int:
    user = accounts.add("new@he.example", "周华", password="correct horse", **stage.by)
    accounts.change_password(user, old="correct horse", new="battery staple", **stage.by)
    return user.id


def _choose_language(stage: Stage) -> int:
    accounts.choose_language(stage.cast.user("C-SH"), "en", **stage.by)
    return _user(stage)


def _resend(stage: Stage) -> int:
    number = stage.letter()
    db.session.get_one(Message, number).state = LetterState.FAILED
    outbox.resend(number, **stage.by)
    return number


def _correct_address(stage: Stage) -> int:
    number = stage.letter()
    outbox.correct_address(number, "c@d.cn", **stage.by)
    return number


# Verb → the entry's action and subject, and how the verb is called; it gives the id of the row the entry is about.
VERBS: dict[str, tuple[str, str, Callable[[Stage], int]]] = {
    "accounts.service.add": ("account.added", "user", _add_account),
    "accounts.service.change_password": ("account.password_changed", "user", _change_password),
    "accounts.service.choose_language": ("account.language_chosen", "user", _choose_language),
    "accounts.service.reset_password": ("account.password_reset", "user", _reset_password),
    "accounts.service.set_active": ("account.disabled", "user", _disable),
    "bureaus.service.naming.add_alias": ("bureau.alias_added", "bureau", _add_alias),
    "bureaus.service.naming.close": ("bureau.closed", "bureau", _close_bureau),
    "bureaus.service.naming.rename": ("bureau.renamed", "bureau", _rename),
    "bureaus.service.naming.reopen": ("bureau.reopened", "bureau", _reopen_bureau),
    "bureaus.service.newcomers.import_contacts": ("membership.begun", "bureau", _import_contacts),
    "bureaus.service.newcomers.take_on": ("membership.begun", "bureau", _take_on),
    "bureaus.service.people.appoint": ("membership.begun", "bureau", _appoint),
    "bureaus.service.people.dismiss": ("membership.ended", "bureau", _dismiss),
    "bureaus.service.people.reset_password": ("account.password_reset", "user", _reset_password),
    "bureaus.service.people.set_active": ("account.enabled", "user", _enable),
    "bureaus.service.roster.import_roster": ("roster.imported", "roster", _import_roster),
    "campaigns.service.assigning.assign": ("task.assigned", "task", _assign),
    "campaigns.service.assigning.assign_all": ("task.assigned", "task", _assign_all),
    "campaigns.service.assigning.unassign": ("task.unassigned", "task", _unassign),
    "campaigns.service.dues.extend": ("assignment.extended", "assignment", _extend),
    "campaigns.service.opening.close_task": ("task.closed", "task", _close_task),
    "campaigns.service.opening.open_task": ("task.opened", "task", _open_task),
    "campaigns.service.opening.reopen_task": ("task.reopened", "task", _reopen_task),
    "campaigns.service.opening.set_campaign_state": ("campaign.open", "campaign", _open_campaign),
    "campaigns.service.planning.create_campaign": (
        "campaign.created",
        "campaign",
        lambda stage: campaigns.create_campaign(stage.bureau("HQ"), CAMPAIGN, **stage.by).id,
    ),
    "campaigns.service.planning.create_task": ("task.created", "task", lambda stage: stage.draft().id),
    "campaigns.service.planning.edit_campaign": ("campaign.edited", "campaign", _edit_campaign),
    "campaigns.service.planning.edit_task": ("task.edited", "task", _edit_task),
    "outbox.service.correct_address": ("letter_redirected", "letter", _correct_address),
    "outbox.service.resend": ("letter_resent", "letter", _resend),
    "reports.service.attaching.attach": ("report.files_added", "assignment", _attach),
    "reports.service.attaching.declare_none": ("report.none_declared", "assignment", _declare_none),
    "reports.service.attaching.move": ("report.file_moved", "assignment", _move),
    "reports.service.attaching.remove": ("report.file_removed", "assignment", _remove),
    "reports.service.attaching.restore": ("report.file_restored", "assignment", _restore),
    "reports.service.attaching.undeclare": ("report.none_withdrawn", "assignment", _undeclare),
    "reports.service.describing.update_captions": ("report.files_described", "assignment", _describe),
    "reports.service.drafting.save_text": ("report.text_saved", "assignment", _save_text),
    "reports.service.manifests.promise": ("report.files_promised", "assignment", _promise),
    "reports.service.submitting.prepare": ("report.prepared", "assignment", _prepare),
    "reports.service.submitting.submit": ("report.submitted", "assignment", _submit),
    "reviews.service.accept": ("report.accepted", "assignment", _accept),
    "reviews.service.give_back": ("report.returned", "assignment", _give_back),
}
# Verbs that do one of two things: the other one.
OTHERS = {
    "campaigns.service.opening.set_campaign_state, closing": ("campaign.closed", "campaign", _close_campaign),
    "reports.service.attaching.attach, of what was promised": ("report.files_came", "assignment", _fulfil),
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
        number = _describe(stage)
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
