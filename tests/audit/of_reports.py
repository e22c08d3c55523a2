"""The verbs of the report's road, each called once; gives the id of the row its entry is about."""

from reporting.reports import service as report_service
from reporting.reports.rules import Entry
from reporting.reviews import service as reviews
from tests.audit.stage import Stage
from tests.reports.parcels import parcel


def save_text(stage: Stage) -> int:
    stage.write()
    return stage.cast.assignment("Q-HE").id


def attach(stage: Stage) -> int:
    stage.photo("甲.jpg")
    return stage.cast.assignment("Q-HE").id


def remove(stage: Stage) -> int:
    report_service.remove(stage.cast.assignment("Q-HE"), stage.photo("甲.jpg"), **stage.by)
    return stage.cast.assignment("Q-HE").id


def restore(stage: Stage) -> int:
    attachment_id = stage.photo("甲.jpg")
    report_service.remove(stage.cast.assignment("Q-HE"), attachment_id, **stage.by)
    report_service.restore(stage.cast.assignment("Q-HE"), attachment_id, **stage.by)
    return stage.cast.assignment("Q-HE").id


def move(stage: Stage) -> int:
    attachment_id = stage.photo("甲.jpg")
    stage.photo("乙.jpg")
    report_service.move(stage.cast.assignment("Q-HE"), attachment_id, to=2, **stage.by)
    return stage.cast.assignment("Q-HE").id


def describe(stage: Stage) -> int:
    said = {stage.photo("甲.jpg"): report_service.Description("启动仪式", None)}
    report_service.update_captions(stage.cast.assignment("Q-HE"), said, **stage.by)
    return stage.cast.assignment("Q-HE").id


def declare_none(stage: Stage) -> int:
    report_service.declare_none(stage.cast.assignment("Q-HE"), "videos", reason="没有拍摄", **stage.by)
    return stage.cast.assignment("Q-HE").id


def undeclare(stage: Stage) -> int:
    declare_none(stage)
    report_service.undeclare(stage.cast.assignment("Q-HE"), "videos", **stage.by)
    return stage.cast.assignment("Q-HE").id


def promise(stage: Stage) -> int:
    entries = [Entry("甲.jpg", 1000, parcel("甲.jpg", at=stage.now).sha256, "")]
    report_service.promise(stage.cast.assignment("Q-HE"), "photos", entries, **stage.by)
    return stage.cast.assignment("Q-HE").id


def fulfil(stage: Stage) -> int:
    promise(stage)
    stage.photo("甲.jpg")
    return stage.cast.assignment("Q-HE").id


def prepare(stage: Stage) -> int:
    stage.task.sign_off = True
    stage.write()
    report_service.prepare(stage.cast.assignment("Q-HE"), **stage.by)
    return stage.cast.assignment("Q-HE").id


def submit(stage: Stage) -> int:
    stage.round()
    return stage.cast.assignment("Q-HE").id


def accept(stage: Stage) -> int:
    stage.write()
    for kind in ("photos", "videos"):
        report_service.declare_none(stage.cast.assignment("Q-HE"), kind, reason="没有拍摄", **stage.by)
    submission, _new = report_service.submit(stage.cast.assignment("Q-HE"), key="k", is_certifier=True, **stage.by)
    reviews.accept(stage.cast.assignment("Q-HE"), submission.id, note="好", **stage.by)
    return stage.cast.assignment("Q-HE").id


def give_back(stage: Stage) -> int:
    reviews.give_back(stage.cast.assignment("Q-HE"), stage.round(), note="请补", slots=[], due_at=None, **stage.by)
    return stage.cast.assignment("Q-HE").id
