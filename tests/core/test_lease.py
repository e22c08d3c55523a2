"""Who leads: one at a time, under a term; whoever has lost it changes nothing."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from reporting.core import lease
from reporting.core.db import db, unit_of_work
from reporting.core.lease import Lease, LeaseLost

LONG, OVER = timedelta(minutes=1), timedelta(0)


def take(holder: str, lasting: timedelta = LONG) -> int | None:
    with unit_of_work():
        return lease.take("clock", holder, lasting=lasting)


def hold(holder: str, term: int) -> None:
    with unit_of_work():
        lease.hold("clock", holder, term)
        db.session.execute(update(Lease).values(name="written"))


def name() -> str | None:
    db.session.expire_all()
    return db.session.scalar(select(Lease.name))


def test_one_leads_and_the_other_stands_by_until_it_falls_silent(app: Flask) -> None:
    assert (take("one"), take("two"), take("one")) == (1, None, 1)
    assert take("one", OVER) == 1
    assert (take("two"), take("one")) == (2, None)


def test_whoever_comes_back_before_anybody_came_keeps_the_term(app: Flask) -> None:
    assert (take("one", OVER), take("one")) == (1, 1)


def test_what_was_lost_while_asleep_is_not_written(app: Flask) -> None:
    take("one", OVER)
    take("two")
    with pytest.raises(LeaseLost, match="term 1"):
        hold("one", 1)
    assert name() == "clock"
    hold("two", 2)
    assert name() == "written"


def test_a_term_that_was_lost_and_won_again_is_another(app: Flask) -> None:
    take("one", OVER)
    take("two", OVER)
    assert take("one") == 3
    with pytest.raises(LeaseLost):
        hold("one", 1)


def test_it_can_be_given_back_by_its_holder_only(app: Flask) -> None:
    take("one")
    with unit_of_work():
        lease.give_back("clock", "two")
    assert take("two") is None
    with unit_of_work():
        lease.give_back("clock", "one")
    assert take("two") == 2


def test_an_unknown_lease_is_held_by_nobody(app: Flask) -> None:
    with pytest.raises(LeaseLost):
        hold("one", 1)
