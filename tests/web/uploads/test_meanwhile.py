"""What may happen around a file while it is on its way: colleagues, closed tasks, manifests, damage, a busy sender."""

import hashlib
import threading
from datetime import timedelta

import pytest

from reporting import arriving, jobs
from reporting.bureaus import queries as bureaus
from reporting.bureaus import service as bureau_service
from reporting.campaigns import service as campaign_service
from reporting.core import clock
from reporting.core.actor import SYSTEM
from reporting.core.db import db, unit_of_work
from reporting.reports import queries as reports
from reporting.reports import service as report_service
from reporting.reports.rules import Entry
from reporting.tracking import queries as tracking
from reporting.uploads.models import Upload
from tests.cast import beijing, make_cast
from tests.files import material
from tests.fixtures.application import Client, create, settings_for
from tests.web.uploads.conftest import Tus

pytestmark = pytest.mark.allow_get_writes("HEAD records what lies on the disk already")
SOUND = "database and disk fit together"
PICTURES = [material.picture("JPEG", (32 + number, 32)) for number in range(3)]


@pytest.fixture
def cast(app):
    """The cast with a media window of a day."""
    return make_cast(window_hours=24)


@pytest.fixture
def colleague(app, cast, tus) -> Tus:
    """Another reporter of Hebei, at another machine."""
    with unit_of_work():
        hebei = bureaus.find_by_code("Q-HE")
        bureau_service.appoint(cast.user("C-SH"), hebei, "reporter", actor=SYSTEM, now=clock.now())
    return Tus(app.test_client().sign_in(cast.user("C-SH")), tus.slots)


def in_slot(cast, kind="photos"):
    db.session.rollback()
    report = reports.find_report(cast.assignment("Q-HE").id)
    slot = next(slot for slot in cast.task.slots if slot.kind == kind)
    present = [] if report is None else reports.attachments(report.id)
    return [(one.name, one.is_promised, one.added_by) for one in present if one.slot_id == slot.id]


def promise(cast, *contents, kind="photos"):
    entries = [Entry(f"{n}.jpg", len(one), hashlib.sha256(one).hexdigest()) for n, one in enumerate(contents)]
    with unit_of_work():
        return report_service.promise(
            cast.assignment("Q-HE"), kind, entries, actor=cast.actor("Q-HE"), now=clock.now()
        )


def left_whole(app, tus, content: bytes, name: str) -> str:
    """An upload whose bytes are all here, and whose worker died before it could be taken."""
    token = tus.create(len(content), "photos", filename=name).location.rpartition("/")[2]
    writer = arriving.Writer(app.extensions["kit"], arriving.look(token))
    writer.write(memoryview(content))
    assert writer.commit() == len(content)
    writer.close()
    return token


def fsck(app) -> str:
    return app.test_cli_runner().invoke(args=["fsck", "--minutes", "0"]).output


def test_a_colleague_goes_on_at_another_machine(tus, colleague, cast):
    content = PICTURES[0]
    begun = tus.create(len(content), "photos", filename="甲.jpg", caption="启动仪式")
    assert tus.patch(begun.location, 0, content[:100]).status_code == 204
    (seen,) = colleague.listed("photos")
    assert (seen["url"], seen["offset"], seen["by"]) == (begun.location, 100, cast.user("Q-HE").name)
    answer = colleague.patch(seen["url"], seen["offset"], content[100:])
    assert "Upload-Attachment" in answer.headers
    assert in_slot(cast) == [("甲.jpg", False, cast.user("Q-HE").name)]


def test_what_two_reporters_bring_is_there_once(app, tus, colleague, cast):
    content = PICTURES[0]
    promise(cast, content)
    addresses = [
        one.create(len(content), "photos", filename=f"{n}.jpg", sha256=hashlib.sha256(content).hexdigest()).location
        for n, one in enumerate((tus, colleague))
    ]
    for address in addresses:
        tus.patch(address, 0, content[:9])
    ids = [one.patch(at, 9, content[9:]).headers["Upload-Attachment"] for one, at in zip((tus, colleague), addresses)]
    assert ids[0] == ids[1]
    assert in_slot(cast) == [("0.jpg", False, cast.user("Q-HE").name)]
    assert SOUND in fsck(app)


def test_media_in_another_slot_keep_no_promise(tus, cast):
    promise(cast, PICTURES[0])
    tus.create(len(PICTURES[0]), "summary", body=PICTURES[0], filename="0.jpg")
    assert [is_promised for _name, is_promised, _by in in_slot(cast)] == [True]


def test_other_content_under_a_promised_name_is_refused_before_its_first_byte(tus, cast, hands):
    hands.move_to(beijing(10, 15, 23))
    promise(cast, PICTURES[0])
    cast.hand_in("Q-HE", clock.now(), declare=("videos",))
    other = hashlib.sha256(PICTURES[1]).hexdigest()
    refused = tus.create(len(PICTURES[1]), "photos", filename="0.jpg", sha256=other)
    assert refused.status_code == 422
    assert "内容不同" in refused.json["reasons"][0]
    right = hashlib.sha256(PICTURES[0]).hexdigest()
    assert tus.create(len(PICTURES[0]), "photos", filename="0.jpg", sha256=right).status_code == 201
    hands.move_to(beijing(10, 17))
    assert tus.create(len(PICTURES[1]), "photos", filename="0.jpg", sha256=other).status_code == 201


def test_a_task_that_closes_refuses_what_ends_later_and_keeps_nothing(app, tus, cast):
    content = PICTURES[0]
    address = tus.create(len(content), "photos", filename="甲.jpg").location
    assert tus.patch(address, 0, content[:100]).status_code == 204
    with unit_of_work():
        campaign_service.close_task(cast.task, actor=cast.actor("HQ", "coordinator"), now=clock.now())
    answer = tus.patch(address, 100, content[100:])
    assert (answer.status_code, "关闭" in answer.json["reasons"][0]) == (422, True)
    assert in_slot(cast) == []
    assert SOUND in fsck(app)


def test_an_upload_given_up_under_its_sender_ends_without_a_trace(app, tus, colleague, cast):
    content = PICTURES[0]
    address = tus.create(len(content), "photos", filename="甲.jpg").location
    seen = arriving.look(address.rpartition("/")[2])
    writer = arriving.Writer(app.extensions["kit"], seen)
    writer.write(memoryview(content[:100]))
    writer.commit()
    writer.write(memoryview(content[100:]))
    assert colleague.delete(address).status_code == 204
    with pytest.raises(arriving.Overtaken):
        writer.commit()
    writer.close()
    assert tus.head(address).status_code == 410
    assert in_slot(cast) == []
    assert SOUND in fsck(app)


def test_asking_does_not_wait_for_a_sender_that_keeps_sending(app, tus):
    """Whoever asks is told what had come at that moment, however fast more comes."""
    token = tus.create(1 << 30, "videos", filename="甲.mp4").location.rpartition("/")[2]
    writer = arriving.Writer(app.extensions["kit"], arriving.look(token))
    told = threading.Event()

    def send() -> None:
        for _ in range(500_000):
            if told.is_set():
                break
            writer.write(memoryview(b"x"))

    sender = threading.Thread(target=send)
    sender.start()
    while not writer.pending:
        pass
    seen = arriving.adopt(app.extensions["kit"], token)
    still_sending = sender.is_alive()
    told.set()
    sender.join()
    writer.close()
    assert still_sending
    assert 0 < seen.offset <= writer.offset + writer.pending


def test_asking_while_the_database_is_away_makes_nobody_begin_anew(tmp_path, tus):
    """A client that hears anything but 2xx and 423 begins a file of gigabytes from its first byte."""
    address = tus.create(10, "photos", filename="甲.jpg").location
    away = create(settings_for("postgresql+psycopg://app@/none?host=/nowhere", tmp_path))
    asked = Client(away, away.response_class).head(address, headers={"Tus-Resumable": "1.0.0", "Cookie": cookie(tus)})
    assert (asked.status_code, asked.headers["Retry-After"]) == (423, "2")


def cookie(tus) -> str:
    found = tus.client.get_cookie("session")
    return f"session={found.value}"


def test_a_damaged_upload_does_not_hold_up_the_others(app, tus, cast, hands):
    damaged, sound = (left_whole(app, tus, PICTURES[n], f"{n}.jpg") for n in range(2))
    tus.create(10, "photos", filename="老.jpg")
    (part,) = (app.extensions["kit"].vault.root / "staging" / damaged).iterdir()
    with part.open("r+b") as file:
        file.truncate(10)
    hands.forward(minutes=2)
    assert "1 uploads" in app.test_cli_runner().invoke(args=["uploads"]).output
    assert [name for name, _promised, _by in in_slot(cast)] == ["1.jpg"]
    assert tus.head(f"/uploads/{sound}").status_code == 200
    assert tus.head(f"/uploads/{damaged}").status_code == 423, "its sender must not begin anew for our sake"
    hands.forward(days=8)
    app.test_cli_runner().invoke(args=["uploads"])
    assert {one.state for one in db.session.query(Upload)} == {"taken", "expired"}
    assert SOUND in fsck(app)


def test_a_file_counts_from_its_last_byte_however_late_it_is_finished(app, tus, cast, hands):
    """The window ends while its worker is dead: the bytes were all here."""
    hands.move_to(beijing(10, 15, 23))
    promise(cast, PICTURES[0])
    cast.hand_in("Q-HE", clock.now(), declare=("videos",))
    last_byte = beijing(10, 16, 23, 59)
    hands.move_to(last_byte)
    left_whole(app, tus, PICTURES[0], "0.jpg")
    hands.move_to(beijing(10, 17, 9))
    jobs.sweep()
    assert [one.stage for one in tracking.verdicts(cast.assignment("Q-HE").id)] == ["due"], "a verdict is never rewritten"
    db.session.rollback()
    assert "1 uploads" in app.test_cli_runner().invoke(args=["uploads"]).output
    assignment = cast.assignment("Q-HE")
    arrived = reports.arrivals([assignment.id])[assignment.id].values()
    assert [one.whole_at for one in arrived if one.media_until is not None] == [last_byte]
    db.session.rollback()
    jobs.sweep()
    told = [(one.stage, one.owed) for one in tracking.verdicts(cast.assignment("Q-HE").id)]
    assert told == [("due", ""), ("window", "")]


def test_a_slot_that_was_filled_meanwhile_is_told_when_the_file_is_whole(app, tus, cast, hands):
    with unit_of_work():
        next(slot for slot in cast.task.slots if slot.kind == "photos").most = 1
    content = PICTURES[0]
    address = tus.create(len(content), "photos", filename="甲.jpg").location
    promise(cast, PICTURES[1])
    answer = tus.patch(address, 0, content)
    assert (answer.status_code, "甲.jpg" in answer.json["reasons"][0]) == (422, True)
    app.test_cli_runner().invoke(args=["tidy"])
    assert "kept file without a row" in fsck(app), "what nobody owns stays for a day: its row may be under way"
    assert app.test_cli_runner().invoke(args=["fsck"]).exit_code == 0
    make_old(app, timedelta(hours=25))
    assert "1" in app.test_cli_runner().invoke(args=["tidy"]).output
    assert SOUND in fsck(app)


def make_old(app, age: timedelta) -> None:
    import os

    vault = app.extensions["kit"].vault
    for key in vault.keys():
        then = vault.kept_at(key) - age.total_seconds()
        os.utime(vault.path(key), (then, then))
