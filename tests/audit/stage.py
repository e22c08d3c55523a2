"""The cast, with what the verbs of the record's test are called on."""

from datetime import timedelta

from reporting.bureaus import queries as bureaus
from reporting.bureaus.models import Bureau
from reporting.campaigns import service as campaigns
from reporting.campaigns.models import Task
from reporting.campaigns.rules import SlotPlan, TaskPlan
from reporting.core.db import db
from reporting.outbox import queries as letters
from reporting.outbox import service as outbox
from reporting.outbox.rules import Recipient
from reporting.reports import queries as reports
from reporting.reports import service as report_service
from tests.cast import Cast
from tests.reports.parcels import parcel


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
