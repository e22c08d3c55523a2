"""A clock that stands still is seen: on the board, at /readyz, and in the numbers."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask

from reporting import jobs, watching
from reporting.core import clock, pulse
from reporting.core.db import unit_of_work
from reporting.core.kit import kit
from reporting.core.pulse import Pulse
from reporting.watching import VITAL, Fault
from tests.cast import Cast, beijing, make_cast
from tests.fixtures.application import Client, Hands

TOKEN = "a token of more than thirty-two characters"
MINUTES = timedelta(minutes=1)


def beat(ago: timedelta, names: tuple[str, ...] = VITAL) -> None:
    with unit_of_work():
        for name in names:
            pulse.done(name, host_now=clock.system_clock() - ago)


def fail(name: str, times: int) -> None:
    for _time in range(times):
        with unit_of_work():
            pulse.failed(name, "OSError()", host_now=clock.system_clock())


def faults(client: Client) -> tuple[int, list[str]]:
    answer = client.get("/readyz")
    return answer.status_code, answer.get_json()["faults"]


@pytest.mark.parametrize(
    ("tick", "ago", "found"),
    [(15, 180, []), (15, 181, [Fault.STOPPED]), (600, 1800, []), (600, 1801, [Fault.STOPPED])],
)
def test_how_long_a_clock_may_be_silent(tick: int, ago: int, found: list[Fault], now: datetime) -> None:
    pulses = {name: Pulse(now, 0, "") for name in VITAL} | {"sweep": Pulse(now - timedelta(seconds=ago), 0, "")}
    assert watching.clock_faults(pulses, tick_seconds=tick, host_now=now) == found


def test_a_clock_is_ready_when_every_vital_chore_was_done(app: Flask, client: Client) -> None:
    assert faults(client) == (503, ["clock_never_ran"])
    beat(0 * MINUTES, VITAL[:-1])
    assert faults(client) == (503, ["clock_never_ran"])
    beat(0 * MINUTES)
    assert faults(client) == (200, [])
    beat(4 * MINUTES, ("deliver",))
    assert faults(client) == (503, ["clock_stopped"])


def test_a_chore_that_fails_again_and_again_is_told(app: Flask, client: Client) -> None:
    beat(0 * MINUTES)
    fail("tidy", 2)
    assert faults(client) == (200, [])
    fail("tidy", 1)
    assert faults(client) == (503, ["chore_failing"])
    beat(0 * MINUTES, ("tidy",))
    assert faults(client) == (200, [])


def test_work_that_waits_is_told_after_three_minutes(app: Flask, client: Client, hands: Hands) -> None:
    make_cast()
    beat(0 * MINUTES)
    hands.move_to(beijing(10, 16, 0, 4))
    assert faults(client) == (200, []), "the deadline has settled for three minutes by now"
    hands.move_to(beijing(10, 16, 0, 4, 1))
    assert faults(client) == (503, ["verdicts_stuck"])
    jobs.sweep()
    assert faults(client) == (200, [])
    hands.move_to(beijing(10, 16, 9))
    jobs.remind()
    hands.move_to(beijing(10, 16, 9, 3, 1))
    assert faults(client) == (503, ["letters_stuck"])


def test_the_commands_keep_the_pulse_too(app: Flask, client: Client) -> None:
    jobs.tick(kit())
    assert faults(client) == (200, [])


@pytest.fixture
def desk(app: Flask, client: Client) -> tuple[Cast, Client]:
    cast = make_cast()
    return cast, client.sign_in(cast.user("HQ", "coordinator"))


def test_headquarters_reads_it_on_the_board(desk: tuple[Cast, Client]) -> None:
    cast, client = desk
    address = f"/desk/tasks/{cast.task_id}"
    assert "定时服务尚未运行" in client.get(address).text
    beat(0 * MINUTES)
    assert "定时服务" not in client.get(address).text
    beat(4 * MINUTES)
    assert "定时服务已经停止" in client.get(address).text


def test_the_numbers_are_for_whoever_brings_the_token(make_app: Callable[..., Flask]) -> None:
    app = make_app(metrics_token=TOKEN)
    make_cast()
    beat(2 * MINUTES)
    fail("scan", 2)
    client = app.test_client()
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 404
    told = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
    lines = dict(line.rsplit(" ", 1) for line in told.splitlines() if not line.startswith("#"))
    age = clock.system_clock().timestamp() - float(lines["baosong_last_tick"])
    assert 120 <= age < 180
    assert float(lines['baosong_chore_failures{chore="scan"}']) == 2
    assert float(lines['baosong_rows{sort="letters",state="pending"}']) == 0
    assert float(lines['baosong_oldest_due_age_seconds{work="verdicts"}']) == 0


def test_without_a_token_there_are_no_numbers(app: Flask, client: Client) -> None:
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404
