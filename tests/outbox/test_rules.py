"""When a letter is tried again and when it is given up: every ending, on both sides of every limit."""

from datetime import UTC, datetime, timedelta

import pytest

from reporting.outbox.rules import (
    GIVE_UP_AFTER,
    Ending,
    Next,
    State,
    after,
    lease_length,
    may_correct,
    may_resend,
    message_token,
    pause,
)

NOW = datetime(2014, 10, 13, 1, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(("attempts", "minutes"), [(0, 1), (1, 1), (2, 5), (3, 15), (4, 60), (5, 60), (100, 60)])
def test_the_ladder(attempts, minutes):
    assert pause(attempts) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("ending", "attempts", "doubts", "state", "minutes"),
    [
        (Ending.REFUSED_FOR_NOW, 1, 0, State.RETRY, 1),
        (Ending.REFUSED_FOR_NOW, 3, 0, State.RETRY, 15),
        (Ending.REFUSED_FOR_NOW, 2, 1, State.UNKNOWN, 5),
        (Ending.REFUSED_FOR_GOOD, 1, 0, State.FAILED, None),
        (Ending.REFUSED_FOR_GOOD, 2, 1, State.UNKNOWN, None),
        (Ending.SERVER_AWAY, 1, 0, State.RETRY, 1),
        (Ending.SERVER_AWAY, 9, 0, State.RETRY, 60),
        (Ending.SERVER_AWAY, 2, 1, State.UNKNOWN, 5),
        (Ending.DOUBTFUL, 1, 1, State.UNKNOWN, 1),
        (Ending.DOUBTFUL, 2, 2, State.UNKNOWN, None),
        (Ending.DOUBTFUL, 3, 3, State.UNKNOWN, None),
        (Ending.NOT_WRITTEN, 1, 0, State.FAILED, None),
        (Ending.NOT_RECHECKED, 1, 0, State.RETRY, 1),
        (Ending.NOT_RECHECKED, 4, 0, State.RETRY, 60),
    ],
)
def test_what_becomes_of_a_letter(ending, attempts, doubts, state, minutes):
    found = after(ending, attempts=attempts, doubts=doubts, first_try_at=NOW, now=NOW)
    assert found == Next(state, None if minutes is None else NOW + timedelta(minutes=minutes))


@pytest.mark.parametrize("ending", [Ending.REFUSED_FOR_NOW, Ending.NOT_RECHECKED])
def test_a_letter_is_given_up_48_hours_after_its_first_try(ending):
    # The next try would come 60 minutes from now, and must come before the 48 hours are over.
    last = NOW - GIVE_UP_AFTER + timedelta(hours=1)
    in_time = after(ending, attempts=9, doubts=0, first_try_at=last + SECOND, now=NOW)
    too_late = after(ending, attempts=9, doubts=0, first_try_at=last, now=NOW)
    assert in_time == Next(State.RETRY, NOW + timedelta(hours=1))
    assert too_late == Next(State.FAILED, None)


def test_a_server_that_is_away_gives_up_no_letter():
    found = after(Ending.SERVER_AWAY, attempts=500, doubts=0, first_try_at=NOW - timedelta(days=30), now=NOW)
    assert found.state is State.RETRY


@pytest.mark.parametrize("ending", sorted(set(Ending) - {Ending.INTERRUPTED}))
@pytest.mark.parametrize("attempts", [1, 4, 50])
def test_a_letter_in_doubt_never_counts_as_failed_or_new(ending, attempts):
    found = after(ending, attempts=attempts, doubts=1, first_try_at=NOW - timedelta(days=3), now=NOW)
    assert found.state is State.UNKNOWN


@pytest.mark.parametrize(("patience", "minutes"), [(1, 3), (20, 3), (20.5, 3.05), (30, 4), (60, 7)])
def test_a_lease_outlives_the_servers_silences(patience, minutes):
    assert lease_length(patience) == timedelta(minutes=minutes)
    # MAIL, RCPT, DATA and the final dot may each take as long as our patience.
    assert lease_length(patience).total_seconds() > 4 * patience


@pytest.mark.parametrize(
    ("state", "resend", "correct"),
    [
        (State.PENDING, False, True),
        (State.SENDING, False, False),
        (State.DATA_STARTED, False, False),
        (State.SENT, True, False),
        (State.RETRY, True, True),
        (State.FAILED, True, True),
        (State.UNKNOWN, True, False),
        (State.SUPPRESSED, True, False),
    ],
)
def test_what_a_person_may_do(state, resend, correct):
    assert may_resend(state) is resend
    assert may_correct(state) is correct


def test_every_state_is_in_the_table_above():
    assert len(State) == 8


def test_the_message_token_is_the_letters_own():
    assert message_token("receipt:1", NOW) == message_token("receipt:1", NOW)
    assert message_token("receipt:1", NOW) != message_token("receipt:2", NOW)
    assert message_token("receipt:1", NOW) != message_token("receipt:1", NOW + SECOND)
    assert len(message_token("x" * 500, NOW)) == 40
