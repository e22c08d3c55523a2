"""The states of a letter, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from reporting.audit import queries as audit
from reporting.core.actor import Actor
from reporting.core.db import db, unit_of_work
from reporting.core.errors import NotFound, Refused
from reporting.core.letters import Letter
from reporting.outbox import queries, service
from reporting.outbox.models import Message
from reporting.outbox.rules import Ending, Recipient, State

pytestmark = pytest.mark.usefixtures("app")

LIMIN = Recipient("limin@hebei.test", "李敏", "zh_Hans_CN", 7)
COORDINATOR = Actor(1, "主办人")
MINUTE = timedelta(minutes=1)
LETTER = Letter("主题", "正文", "<p>正文</p>")


def put(key="a", now=None, to=LIMIN, facts=None):
    with unit_of_work():
        return service.put("welcome", key, to=to, facts=facts or {"email": "x"}, now=now)


def claim(now, owner="me", limit=50, lease=3 * MINUTE):
    with unit_of_work():
        return service.claim_batch(owner=owner, now=now, lease_until=now + lease, limit=limit)


def begin(found, now, owner="me"):
    with unit_of_work():
        return service.mark_data_started(
            found, LETTER, owner=owner, facts=found.facts, message_id="<t@hq.test>", lease_until=now + 3 * MINUTE
        )


def sent(found, now, owner="me"):
    with unit_of_work():
        return service.mark_sent(found, owner=owner, reply="250 OK", now=now)


def row(key="a"):
    db.session.rollback()
    return queries.by_key(key)


def test_a_letter_is_put_once_per_key(now):
    assert put("a", now) is True
    assert put("a", now + MINUTE, to=Recipient("other@x.test", "他人", "en")) is False
    assert db.session.scalar(select(func.count()).select_from(Message)) == 1
    found = row()
    assert (found.state, found.to_address, found.created_at, found.next_try_at) == ("pending", LIMIN.address, now, now)
    assert found.facts == {"email": "x"}


def test_a_letter_goes_with_its_cause_or_not_at_all(now):
    with pytest.raises(RuntimeError, match="cause"), unit_of_work():
        service.put("welcome", "a", to=LIMIN, facts={}, now=now)
        raise RuntimeError("the cause failed")
    assert row() is None


def test_facts_that_are_no_json_are_refused_at_once(now):
    with pytest.raises(Exception, match="not JSON serializable"), unit_of_work():
        service.put("welcome", "a", to=LIMIN, facts={"at": now}, now=now)
    assert row() is None


def test_a_claim_takes_what_is_due_oldest_first_and_only_once(now):
    for number in range(5):
        put(f"k{number}", now - number * MINUTE)
    put("later", now + MINUTE)
    first = claim(now, limit=3)
    second = claim(now, owner="other")
    assert [found.key for found in first] == ["k4", "k3", "k2"]
    assert [found.key for found in second] == ["k1", "k0"]
    assert claim(now, owner="third") == []
    assert [found.key for found in claim(now + MINUTE, owner="third")] == ["later"]
    assert {found.attempts for found in first} == {1}


def test_the_road_of_a_letter_that_is_sent(now):
    put("a", now)
    (found,) = claim(now)
    assert row().state == "sending"
    assert begin(found, now)
    begun = row()
    assert (begun.state, begun.subject, begun.text, begun.html) == ("data_started", "主题", "正文", "<p>正文</p>")
    assert begun.sent_at is None
    assert sent(found, now + MINUTE)
    done = row()
    assert (done.state, done.sent_at, done.reply, done.next_try_at) == ("sent", now + MINUTE, "250 OK", None)
    assert (done.message_id, done.lease_owner) == ("<t@hq.test>", None)
    assert claim(now + timedelta(days=9)) == []


def test_who_lost_the_lease_changes_nothing(now):
    put("a", now)
    (mine,) = claim(now)
    with unit_of_work():
        assert service.release_stale(now=now + 4 * MINUTE, host_now=now + 4 * MINUTE) == 1
    (theirs,) = claim(now + 4 * MINUTE, owner="other")
    assert theirs.id == mine.id
    assert not begin(mine, now)
    assert not sent(mine, now)
    with unit_of_work():
        assert not service.suppress(mine, owner="me", reason="in_already")
        service.mark_ended(mine, Ending.REFUSED_FOR_GOOD, owner="me", reply="550", now=now)
    assert (row().state, row().lease_owner) == ("sending", "other")
    assert begin(theirs, now, owner="other")


def test_a_sender_that_died_before_the_text_left_costs_nothing_but_time(now):
    put("a", now)
    claim(now)
    with unit_of_work():
        assert service.release_stale(now=now, host_now=now + 3 * MINUTE) == 0, "the lease ends after its last moment"
        assert service.release_stale(now=now, host_now=now + 3 * MINUTE + timedelta(microseconds=1)) == 1
    found = row()
    assert (found.state, found.doubts, found.next_try_at) == ("retry", 0, now)


def test_a_sender_that_died_after_the_text_began_leaves_doubt_and_one_repetition(now):
    put("a", now)
    for doubts in (1, 2):
        (found,) = claim(now)
        assert begin(found, now)
        with unit_of_work():
            assert service.release_stale(now=now, host_now=now + 4 * MINUTE) == 1
        assert (row().state, row().reason, row().doubts) == ("unknown", "doubtful", doubts)
    assert row().next_try_at is None
    assert claim(now + timedelta(days=9)) == [], "twice in doubt: now a person decides"
    assert row().message_id == "<t@hq.test>"


def test_a_slow_sender_may_still_say_that_it_went(now):
    put("a", now)
    (found,) = claim(now)
    begin(found, now)
    with unit_of_work():
        service.release_stale(now=now, host_now=now + 4 * MINUTE)
    assert sent(found, now + 5 * MINUTE)
    assert row().state == "sent"
    assert claim(now + timedelta(days=9)) == []


def test_a_refusal_for_now_climbs_the_ladder_and_gives_up(now):
    put("a", now)
    moment, waits = now, []
    while claimed := claim(moment):
        with unit_of_work():
            following = service.mark_ended(
                claimed[0], Ending.REFUSED_FOR_NOW, owner="me", reply="450 later", now=moment
            )
        if following.at is None:
            break
        waits.append((following.at - moment) // MINUTE)
        moment = following.at
    assert waits[:5] == [1, 5, 15, 60, 60]
    assert timedelta(hours=46) < moment - now < timedelta(hours=48)
    assert (row().state, row().reason, row().reply) == ("failed", "refused_for_now", "450 later")


def test_what_a_sender_did_not_come_to_goes_back_untouched(now):
    for key in "abc":
        put(key, now)
    found = claim(now)
    begin(found[0], now)
    with unit_of_work():
        assert service.give_back(owner="me", reason=Ending.SERVER_AWAY, reply="refused", now=now) == 2
    assert row("a").state == "data_started"
    for key in "bc":
        assert (row(key).state, row(key).attempts, row(key).next_try_at) == ("retry", 0, now + MINUTE)
        assert (row(key).reason, row(key).reply) == ("server_away", "refused")


def test_a_held_back_letter_tells_why(now):
    put("a", now)
    (found,) = claim(now)
    with unit_of_work():
        assert service.suppress(found, owner="me", reason="in_already")
    assert (row().state, row().reason, row().next_try_at) == ("suppressed", "in_already", None)


@pytest.mark.parametrize("ending", [Ending.REFUSED_FOR_GOOD, Ending.NOT_WRITTEN])
def test_a_person_sends_a_failed_letter_again(now, ending):
    put("a", now)
    (found,) = claim(now)
    with unit_of_work():
        service.mark_ended(found, ending, owner="me", reply="550 gone", now=now)
    assert claim(now + timedelta(days=9)) == []
    later = now + timedelta(days=9)
    with unit_of_work():
        assert service.resend(row().id, actor=COORDINATOR, now=later) == found.id
    assert (row().state, row().attempts) == ("pending", 0)
    assert [one.id for one in claim(later)] == [found.id]
    (entry,) = audit.of("letter", found.id)
    assert (entry.action, entry.actor_name, entry.facts) == ("letter_resent", "主办人", {"state": "failed"})


def test_a_sent_letter_stays_and_its_copy_goes_once(now):
    put("a", now)
    (found,) = claim(now)
    begin(found, now)
    sent(found, now)
    with unit_of_work():
        copy = service.resend(found.id, actor=COORDINATOR, now=now)
        assert service.resend(found.id, actor=COORDINATOR, now=now) == copy
    assert copy != found.id
    (again,) = claim(now)
    assert (again.id, again.to_address, again.facts, again.message_id) == (copy, LIMIN.address, {"email": "x"}, None)
    assert row().state == "sent"


def test_a_letter_under_way_is_not_sent_again(now):
    put("a", now)
    (found,) = claim(now)
    for _ in range(2):
        with pytest.raises(Refused, match="letter_under_way"), unit_of_work():
            service.resend(found.id, actor=COORDINATOR, now=now)
        begin(found, now)
    with pytest.raises(NotFound), unit_of_work():
        service.resend(999, actor=COORDINATOR, now=now)


def test_a_corrected_address_gets_the_letter(now):
    put("a", now)
    (found,) = claim(now)
    with unit_of_work():
        service.mark_ended(found, Ending.REFUSED_FOR_GOOD, owner="me", reply="550 gone", now=now)
        service.correct_address(found.id, " li.min@hebei.test ", actor=COORDINATOR, now=now)
    (again,) = claim(now)
    assert again.to_address == "li.min@hebei.test"
    (entry,) = audit.of("letter", found.id)
    assert entry.facts == {"was": "limin@hebei.test", "address": "li.min@hebei.test"}


def test_an_address_is_not_corrected_to_none_nor_after_the_letter_went(now):
    put("a", now)
    with pytest.raises(Refused, match="address_unusable"), unit_of_work():
        service.correct_address(row().id, "nobody", actor=COORDINATOR, now=now)
    (found,) = claim(now)
    begin(found, now)
    sent(found, now)
    with pytest.raises(Refused, match="letter_under_way"), unit_of_work():
        service.correct_address(found.id, "x@y.test", actor=COORDINATOR, now=now)
    assert row().to_address == LIMIN.address


# --- reading ---


def test_counts_name_every_state_and_the_oldest_waits(now):
    for number in range(3):
        put(f"k{number}", now - number * MINUTE)
    claim(now, limit=1)
    assert queries.counts_by_state() == {**dict.fromkeys(map(str, State), 0), "pending": 2, "sending": 1}
    assert queries.counts_by_state(since=now)["pending"] == 1
    assert queries.oldest_due(now) == now - MINUTE
    assert queries.oldest_due(now - timedelta(days=1)) is None


@pytest.mark.parametrize("size", [1, 3, 320])
def test_a_page_costs_two_queries_whatever_the_size(now, size, count_queries):
    with unit_of_work():
        for number in range(size):
            to = Recipient(f"p{number % 2}@x.test", "某", "en")
            service.put("welcome" if number % 3 else "digest", f"k{number}", to=to, facts={}, now=now)
    with count_queries() as counted:
        found = queries.page(limit=50)
        shown = [(one.kind, one.to_address, one.state, one.subject) for one in found.rows]
    counted.expect(2)
    assert (len(shown), found.total) == (min(size, 50), size)
    assert [one.id for one in found.rows] == sorted((one.id for one in found.rows), reverse=True)
    assert queries.page(kind="digest").total == -(-size // 3)
    assert queries.page(address="p1@x.test", state="pending").total == size // 2
    assert queries.page(state="sent").total == 0
    second = queries.page(offset=50, limit=50)
    assert not {one.id for one in second.rows} & {one.id for one in found.rows}
    assert len(queries.of_address("p0@x.test")) == min(-(-size // 2), 50)
