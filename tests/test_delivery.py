"""Letters leave over real SMTP, whatever the server does; on both databases."""

import dataclasses
import threading
import time
from datetime import timedelta

import pytest
from sqlalchemy import select

from reporting import posting
from reporting.core.db import db, unit_of_work
from reporting.core.post import SmtpPost
from reporting.outbox import queries, service
from reporting.outbox.models import Message
from reporting.outbox.rules import Recipient, Verdict
from tests.sample_letters import KINDS

MINUTE = timedelta(minutes=1)
WELCOME = KINDS["welcome"]


@pytest.fixture
def kit(app, sink):
    """The application's kit, with a post that goes to the sink."""
    post = SmtpPost(sink.host, sink.port, "baosong@hq.test", patience=5.0)
    return dataclasses.replace(app.extensions["kit"], post=post)


def put(address, now, *, kind="welcome", language="zh_Hans_CN", facts=None):
    with unit_of_work():
        to = Recipient(address, "李敏", language)
        assert service.put(kind, f"{kind}:{address}", to=to, facts=facts or KINDS[kind], now=now)


def row(address):
    db.session.rollback()
    return db.session.scalars(select(Message).where(Message.to_address == address)).one()


def test_a_letter_arrives_whole_and_is_kept_as_sent(kit, sink, hands, now):
    put("limin@hebei.test", now, kind="reminder")
    hands.forward(seconds=30)
    assert posting.deliver_letters(kit, {}).states == {"sent": 1}
    (letter,) = sink.letters
    kept = row("limin@hebei.test")
    assert (letter.sender, letter.recipients) == ("baosong@hq.test", ["limin@hebei.test"])
    assert letter.subject == kept.subject
    assert letter.subject.startswith("【报送提醒】")
    assert letter.text.splitlines() == kept.text.splitlines()
    assert letter.html.splitlines() == kept.html.splitlines()
    assert letter.message["from"].addresses[0].display_name == "国家质检总局"
    assert letter.message["to"].addresses[0].display_name == "李敏"
    assert letter.message["message-id"] == kept.message_id
    assert kept.message_id.endswith("@hq.test>")
    assert letter.message["auto-submitted"] == "auto-generated"
    assert letter.message["date"].datetime == now + timedelta(seconds=30)
    assert (kept.state, kept.sent_at, kept.reply) == ("sent", now + timedelta(seconds=30), "250 OK")
    assert posting.deliver_letters(kit, {}).states == {}
    assert len(sink.letters) == 1


def test_each_reader_gets_their_language(kit, sink, now):
    put("zh@x.test", now)
    put("en@x.test", now, language="en")
    posting.deliver_letters(kit, {})
    assert sink.to("zh@x.test")[0].subject == "【账号开通】您可以登录报送系统"
    assert sink.to("zh@x.test")[0].message["content-language"] == "zh-CN"
    assert sink.to("en@x.test")[0].subject == "[Account opened] You can sign in to Baosong"
    assert "You get this letter because" in sink.to("en@x.test")[0].text
    assert sink.to("en@x.test")[0].message["content-language"] == "en"


def test_answers_go_to_the_organisers_mailbox_when_it_names_one(kit, sink, now):
    put("a@x.test", now, facts=WELCOME | {"organiser": {**WELCOME["organiser"], "contact": "office@hq.test"}})
    put("b@x.test", now)
    posting.deliver_letters(kit, {})
    assert sink.to("a@x.test")[0].message["reply-to"] == "office@hq.test"
    assert sink.to("b@x.test")[0].message["reply-to"] is None


def test_what_people_typed_becomes_no_header(kit, sink, now):
    payload = "=?UTF-8?Q?=0A?=Bcc: victim@x.test"
    organiser = {"name": payload, "contact": payload, "phone": "x\r\nBcc: victim@x.test"}
    facts = KINDS["accepted"] | {"bureau": payload, "task": "x\r\nBcc: victim@x.test", "organiser": organiser}
    put("a@x.test", now, kind="accepted", facts=facts)
    posting.deliver_letters(kit, {})
    (letter,) = sink.letters
    assert letter.recipients == ["a@x.test"]
    assert letter.message["bcc"] is None
    assert "Bcc: victim@x.test" in letter.subject, "as words in the subject, where it can do no harm"


def test_a_server_that_is_down_loses_nothing_and_is_tried_again(kit, sink, hands, now, dead_smtp_port):
    for number in range(3):
        put(f"a{number}@x.test", now)
    away = dataclasses.replace(kit, post=dataclasses.replace(kit.post, port=dead_smtp_port))
    found = posting.deliver_letters(away, {})
    assert "refused" in found.server_away
    for number in range(3):
        waiting = row(f"a{number}@x.test")
        assert (waiting.state, waiting.reason, waiting.attempts) == ("retry", "server_away", 0)
        assert "refused" in waiting.reply
        assert waiting.next_try_at == now + MINUTE
    assert posting.deliver_letters(kit, {}).states == {}, "not before the break is over"
    hands.forward(minutes=1)
    assert posting.deliver_letters(kit, {}).states == {"sent": 3}
    assert len(sink.letters) == 3


def test_a_hanging_server_ends_the_run_and_the_first_letter_steps_back(kit, sink, hands, now):
    for number in range(3):
        put(f"a{number}@x.test", now)
    sink.delay("rcpt", 0.6, times=1)
    impatient = dataclasses.replace(kit, post=dataclasses.replace(kit.post, patience=0.2))
    begun = time.monotonic()
    assert "timed out" in posting.deliver_letters(impatient, {}).server_away
    assert time.monotonic() - begun < 2
    assert [row(f"a{number}@x.test").attempts for number in range(3)] == [1, 0, 0]
    time.sleep(0.6)  # the server wakes and finds the line closed
    hands.forward(minutes=1)
    assert posting.deliver_letters(kit, {}).states == {"sent": 3}


def test_a_recipient_at_whom_the_server_hangs_does_not_hold_the_others_for_ever(kit, sink, hands, now):
    for name in ("hang", "a", "b"):
        put(f"{name}@x.test", now)
    sink.reply("rcpt", "421 4.3.0 something is wrong with this one", to="hang@x.test")
    for _ in range(3):
        posting.deliver_letters(kit, {})
        hands.forward(minutes=1)
    assert sorted(letter.recipients[0] for letter in sink.letters) == ["a@x.test", "b@x.test"]
    assert row("hang@x.test").state == "retry"


@pytest.mark.parametrize(
    ("phase", "reply", "state", "away"),
    [
        ("connect", "421 4.3.2 busy", "retry", True),
        ("mail", "451 4.3.0 later", "retry", True),
        ("rcpt", "450 4.2.0 greylisted", "retry", False),
        ("data", "451 4.3.0 later", "retry", False),
        ("mail", "550 5.7.1 we do not know you", "retry", True),
        ("rcpt", "550 5.1.1 no such user", "failed", False),
        ("data", "554 5.7.1 spam", "failed", False),
    ],
)
def test_an_answer_at_each_phase(kit, sink, hands, now, phase, reply, state, away):
    put("a@x.test", now)
    put("b@x.test", now)
    sink.reply(phase, reply)
    found = posting.deliver_letters(kit, {})
    assert (found.server_away is not None) is away
    assert [row(f"{name}@x.test").state for name in "ab"] == [state, state]
    assert reply[:3] in row("a@x.test").reply
    assert row("a@x.test").sent_at is None
    assert sink.letters == []
    sink.behave()
    hands.forward(minutes=1)
    assert posting.deliver_letters(kit, {}).states == ({"sent": 2} if state == "retry" else {})


def test_one_refused_recipient_does_not_block_the_other(kit, sink, now):
    put("gone@x.test", now)
    put("here@x.test", now)
    sink.reply("rcpt", "550 5.1.1 no such user", to="gone@x.test")
    assert posting.deliver_letters(kit, {}).states == {"failed": 1, "sent": 1}
    gone = row("gone@x.test")
    assert (gone.state, gone.reason, gone.reply) == ("failed", "refused_for_good", "550 5.1.1 no such user")
    assert [letter.recipients for letter in sink.letters] == [["here@x.test"]]
    assert sink.connections == 1


@pytest.mark.parametrize("how", ["cut", "silent"])
def test_a_lost_answer_after_the_dot_leaves_doubt_and_one_repetition(kit, sink, hands, now, how):
    put("a@x.test", now)
    put("b@x.test", now)
    if how == "cut":
        sink.hang_up("data", times=1)
    else:
        sink.delay("data", 0.8, times=1)
    impatient = dataclasses.replace(kit, post=dataclasses.replace(kit.post, patience=0.3))
    assert posting.deliver_letters(impatient, {}).states == {"unknown": 1, "sent": 1}
    doubtful = row("a@x.test")
    assert (doubtful.state, doubtful.reason, doubtful.doubts, doubtful.sent_at) == ("unknown", "doubtful", 1, None)
    assert doubtful.text, "what may have arrived is kept"
    first_id = doubtful.message_id
    time.sleep(0.8 if how == "silent" else 0)
    hands.forward(minutes=1)
    assert posting.deliver_letters(kit, {}).states == {"sent": 1}
    again = row("a@x.test")
    assert (again.state, again.doubts, again.message_id) == ("sent", 1, first_id)
    assert sink.to("a@x.test")[-1].message["message-id"] == first_id


def test_twice_in_doubt_waits_for_a_person(kit, sink, hands, now):
    put("a@x.test", now)
    sink.hang_up("data")
    for _ in range(4):
        posting.deliver_letters(kit, {})
        hands.forward(hours=1)
    found = row("a@x.test")
    assert (found.state, found.doubts, found.attempts, found.next_try_at) == ("unknown", 2, 2, None)


# --- the second look ---


def test_a_letter_whose_cause_has_gone_does_not_leave(kit, sink, now):
    put("in@x.test", now)
    put("owing@x.test", now)
    recheck = {"welcome": lambda claim: Verdict("in_already" if claim.to_address == "in@x.test" else None)}
    assert posting.deliver_letters(kit, recheck).states == {"suppressed": 1, "sent": 1}
    assert (row("in@x.test").state, row("in@x.test").reason) == ("suppressed", "in_already")
    assert [letter.recipients for letter in sink.letters] == [["owing@x.test"]]


def test_a_letter_tells_what_is_owed_when_it_leaves_and_not_when_it_was_put(kit, sink, now):
    put("a@x.test", now, kind="reminder")
    duties = [{**KINDS["reminder"]["duties"][0], "owed": ["videos"], "in": ["summary", "photos"]}]
    recheck = {"reminder": lambda claim: Verdict(facts={**claim.facts, "duties": duties})}
    posting.deliver_letters(kit, recheck)
    assert "尚缺：视频" in sink.letters[0].text
    assert row("a@x.test").facts["duties"] == duties


def test_a_second_look_that_fails_stops_only_its_letter(kit, sink, hands, now):
    def look(claim):
        if claim.to_address == "poison@x.test":
            raise ZeroDivisionError("a broken row")
        return Verdict()

    for name in ("poison", "a", "b"):
        put(f"{name}@x.test", now)
    assert posting.deliver_letters(kit, {"welcome": look}).states == {"retry": 1, "sent": 2}
    found = row("poison@x.test")
    assert (found.state, found.reason, found.reply) == ("retry", "not_rechecked", "a broken row")
    hands.forward(minutes=1)
    assert posting.deliver_letters(kit, {}).states == {"sent": 1}


def test_a_letter_that_cannot_be_written_is_shown_and_stops_nobody(kit, sink, now):
    put("poison@x.test", now, facts={"person": "李敏"})
    put("no address", now)
    put("a@x.test", now)
    assert posting.deliver_letters(kit, {}).states == {"failed": 2, "sent": 1}
    assert row("poison@x.test").reason == "not_written"
    assert "organiser" in row("poison@x.test").reply
    assert "not an address" in row("no address").reply
    assert queries.counts_by_state()["failed"] == 2


# --- many letters, several senders ---


def test_a_run_sends_no_more_than_its_limit(kit, sink, now):
    for number in range(7):
        put(f"a{number}@x.test", now)
    assert posting.deliver_letters(kit, {}, limit=5).states == {"sent": 5}
    assert queries.counts_by_state()["pending"] == 2


def test_one_connection_serves_several_batches(kit, sink, now):
    for number in range(posting.BATCH + 3):
        put(f"a{number}@x.test", now)
    assert posting.deliver_letters(kit, {}).states == {"sent": posting.BATCH + 3}
    assert sink.connections == 1
    assert [letter.recipients[0] for letter in sink.letters] == [
        f"a{number}@x.test" for number in range(posting.BATCH + 3)
    ]


def test_several_senders_at_once_send_each_letter_once(app, kit, sink, now):
    for number in range(60):
        put(f"a{number}@x.test", now)
    db.session.remove()
    found, faults = [], []

    def work():
        with app.app_context():
            try:
                found.append(posting.deliver_letters(kit, {}).states.get("sent", 0))
            except Exception as error:  # noqa: BLE001 - told by the test below
                faults.append(error)
            finally:
                db.session.remove()

    senders = [threading.Thread(target=work) for _ in range(3)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert faults == []
    assert sum(found) == 60
    assert sorted(letter.recipients[0] for letter in sink.letters) == sorted(
        f"a{number}@x.test" for number in range(60)
    )


def test_a_moved_demonstration_clock_ends_no_lease(kit, sink, hands, now):
    put("a@x.test", now)
    taken = threading.Event()

    def look(_claim):
        # While this sender holds the letter, a visitor moves the clock by a day, and another sender comes along.
        if not taken.is_set():
            taken.set()
            hands.forward(days=1)
            assert posting.deliver_letters(kit, {}).states == {}
        return Verdict()

    assert posting.deliver_letters(kit, {"welcome": look}).states == {"sent": 1}
    assert len(sink.letters) == 1
    assert row("a@x.test").doubts == 0
