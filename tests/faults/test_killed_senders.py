"""kill -9 of a sender in every phase of the conversation: no letter is lost, and a double is known as one."""

import dataclasses
import json
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP
from sqlalchemy import select

from reporting import checking, posting
from reporting.core import clock
from reporting.core.db import db, unit_of_work
from reporting.core.post import SmtpPost
from reporting.outbox import service
from reporting.outbox.models import Message
from reporting.outbox.rules import Recipient
from tests.fixtures.application import settings_for
from tests.fixtures.database import ROOT
from tests.fixtures.network import forbid_smtp, permit_smtp
from tests.fixtures.ports import unused_port
from tests.sample_letters import KINDS

PHASES = ("greeting", "mail", "rcpt", "data", "dot", "answered")
# Here the text may have been handed over already; before, it certainly was not.
IN_DOUBT = ("dot", "answered")
LETTERS = 40
KILLS_A_PHASE = 10


class DeadlyServer(SMTP):
    """Kills whoever speaks to it, with signal 9, when the ordered phase is reached for the ordered time."""

    def __init__(self, plan: "Plan", **options) -> None:
        self.plan = plan
        self.greeted = False
        super().__init__(plan, **options)

    async def push(self, status) -> None:
        text = status if isinstance(status, str) else status.decode()
        if not self.greeted:
            self.greeted = True
            self.plan.reached("greeting")
        if text.startswith("354"):
            self.plan.reached("data")
        await super().push(status)
        if text == "250 kept":
            self.plan.reached("answered")


class Plan:
    """When to kill whom, and what has arrived: a text counts as arrived once its final dot is here."""

    def __init__(self) -> None:
        self.arrived: list[tuple[str, str]] = []
        self.phase = ""
        self.countdown = 0
        self.victim: int | None = None

    def order(self, phase: str, countdown: int) -> None:
        self.phase, self.countdown, self.victim = phase, countdown, None

    def reached(self, phase: str) -> None:
        if phase != self.phase or self.victim is None:
            return
        self.countdown -= 1
        if self.countdown == 0:
            os.kill(self.victim, signal.SIGKILL)

    async def handle_MAIL(self, server, session, envelope, address, options) -> str:  # noqa: N802
        self.reached("mail")
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options) -> str:  # noqa: N802
        self.reached("rcpt")
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802
        head = envelope.content.decode("ascii").partition("\r\n\r\n")[0]
        (message_id,) = (line[12:] for line in head.split("\r\n") if line.startswith("Message-ID: "))
        self.arrived.append((envelope.rcpt_tos[0], message_id))
        self.reached("dot")
        return "250 kept"


class DeadlyController(Controller):
    def factory(self) -> SMTP:
        return DeadlyServer(self.handler, **self.SMTP_kwargs)


class Senders:
    """Starts senders one after another, each for the plan to kill."""

    def __init__(self, settings, plan: Plan) -> None:
        line = [sys.executable, "-m", "tests.faults.senders"]
        self.process = subprocess.Popen(line, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.plan = plan
        told = {name: str(value) if name.endswith("_dir") and value else value for name, value in settings.items()}
        self._tell(json.dumps(told))
        assert self._hear() == "ready"

    def run(self) -> int:
        """One sender, from its start to its end; gives its exit code, -9 when it was killed."""
        self._tell("go")
        self.plan.victim = int(self._hear())
        return int(self._hear())

    def close(self) -> None:
        self.process.communicate(timeout=10)

    def _tell(self, line: str) -> None:
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def _hear(self) -> str:
        # The log goes to standard error, so every line here is an answer.
        return self.process.stdout.readline().strip()


@pytest.fixture
def plan() -> Iterator[Plan]:
    plan = Plan()
    controller = DeadlyController(plan, hostname="127.0.0.1", port=unused_port())
    permit_smtp(controller.port)
    controller.start()
    plan.port = controller.port
    yield plan
    controller.stop()
    forbid_smtp(controller.port)


@pytest.fixture
def senders(app, database, plan, tmp_path) -> Iterator[Senders]:
    settings = dataclasses.asdict(settings_for(database.url, tmp_path, smtp_port=plan.port))
    senders = Senders(settings, plan)
    yield senders
    senders.close()


def put_letters(now, batch="all") -> list[str]:
    addresses = [f"{batch}{number}@x.test" for number in range(LETTERS)]
    with unit_of_work():
        for address in addresses:
            to = Recipient(address, "某人", "zh_Hans_CN")
            service.put("welcome", address, to=to, facts=KINDS["welcome"], now=now)
    return addresses


def let_leases_end(now) -> None:
    """As ten minutes later: whatever the dead still held is free again."""
    with unit_of_work():
        service.release_stale(now=now, host_now=clock.system_clock() + timedelta(minutes=10))


@pytest.mark.timeout(180)
def test_no_letter_is_lost_and_only_a_doubtful_one_comes_twice(app, senders, plan, now, hands):
    # One test for all phases, because importing the application once for each would cost more than the kills.
    for phase in PHASES:
        addresses = put_letters(now, phase)
        kill_senders(senders, plan, phase, now)
        plan.order("", 0)
        last = dataclasses.replace(app.extensions["kit"], post=SmtpPost("127.0.0.1", plan.port, "baosong@hq.test"))
        posting.deliver_letters(last, {})
        look_at(phase, addresses, plan)
    nothing_is_stuck(app)


def nothing_is_stuck(app) -> None:
    """What `flask fsck` asks."""
    at_once = timedelta(0)
    later = clock.system_clock() + timedelta(minutes=10)
    found = checking.check(app.extensions["kit"], host_now=later, grace=at_once, unclaimed=at_once)
    assert list(found) == []


def kill_senders(senders, plan, phase, now) -> None:
    seed = random.Random(phase)
    for _ in range(KILLS_A_PHASE):
        # Not always the first letter of a run; but greetings come once in a run.
        plan.order(phase, 1 if phase == "greeting" else seed.randint(1, 3))
        assert senders.run() == -signal.SIGKILL, "every run of this test is cut short"
        let_leases_end(now)


def look_at(phase, addresses, plan) -> None:
    rows = {row.to_address: row for row in db.session.scalars(select(Message)) if row.to_address in addresses}
    arrived = [(address, message_id) for address, message_id in plan.arrived if address in rows]
    counts = Counter(address for address, _ in arrived)
    assert set(counts) == set(addresses), f"{phase}: none is lost"
    doubles = {address for address, count in counts.items() if count > 1}
    marked = {address for address, row in rows.items() if row.doubts}
    assert doubles <= marked, f"{phase}: a letter that came twice is known to have been in doubt"
    assert max(counts.values()) <= 2
    if phase in IN_DOUBT:
        # After the answer the sender may just have had the time to write it down.
        assert phase == "answered" or doubles
        assert len(doubles) <= KILLS_A_PHASE
    else:
        assert marked == set(), f"{phase}: before the text leaves there is no doubt"
    for address, message_id in arrived:
        assert message_id == rows[address].message_id, "a repeated letter has the same Message-ID"
    unsent = [row for row in rows.values() if row.state != "sent"]
    assert all(row.state == "unknown" and row.doubts == 2 for row in unsent), "twice in doubt waits for a person"


def test_sent_is_never_said_before_the_server_has_said_so(app, senders, plan, now):
    put_letters(now)
    plan.order("dot", 4)
    assert senders.run() == -signal.SIGKILL
    rows = db.session.scalars(select(Message)).all()
    said = {row.to_address for row in rows if row.state == "sent"}
    in_doubt = [row.to_address for row in rows if row.state == "data_started"]
    assert len(said) == 3
    assert in_doubt == [plan.arrived[-1][0]]
    assert all(row.sent_at is None for row in rows if row.state != "sent")
    db.session.rollback()
    let_leases_end(now)
    nothing_is_stuck(app)
