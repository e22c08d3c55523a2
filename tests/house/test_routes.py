"""Every route declares who may use it, stands in routes.txt, and refuses everybody else."""

from pathlib import Path

import pytest
from flask import Flask
from werkzeug.routing import Rule

from tests.fixtures.application import Client, Hands
from tests.house import routes
from tests.house.source import listed


@pytest.fixture
def whole(tmp_path: Path, hands: Hands) -> Flask:
    """Every page there can be. Asked for after `hands`, which puts the clock back when the demonstration moved it."""
    from reporting.core import clock

    app = routes.whole_application(tmp_path)
    clock.use(hands)
    return app


def test_every_route_is_in_the_table(whole: Flask) -> None:
    missing = [line for line in routes.lines(whole) if line not in routes.known()]
    assert not missing, listed(
        "A page that nobody weighed may be open to anybody: run `make routes` and read the difference.", missing
    )


def test_the_table_has_no_route_that_is_gone(whole: Flask) -> None:
    gone = [line for line in routes.known() if line not in routes.lines(whole)]
    assert not gone, listed("The table of routes says what is not so: run `make routes`.", gone)


def test_the_demonstration_is_not_in_production(app: Flask) -> None:
    found = [rule.rule for rule in app.url_map.iter_rules() if "demonstration" in rule.rule]
    assert not found, listed("In production nobody may move the clock or read the letters of others.", found)


def test_an_undeclared_route_stops_the_start(whole: Flask) -> None:
    from reporting.web import guards

    whole.add_url_rule("/forgotten", "forgotten", view_func=lambda: "open to all")
    with pytest.raises(RuntimeError, match="/forgotten"):
        guards.require_policies(whole)


def test_a_visitor_gets_into_no_guarded_page(app: Flask, client: Client) -> None:
    from reporting.web import guards

    open_doors = []
    for rule in app.url_map.iter_rules():
        if guards.ANYONE in (guards.policy_of(app, rule.endpoint) or ()):
            continue
        for method in routes.methods(rule).split(","):
            answer = client.open(_address(rule), method=method)
            to_sign_in = answer.status_code == 302 and "sign-in" in answer.location
            # 404 is the answer of a page that a library brings and nobody may use.
            if answer.status_code not in {401, 404} and not to_sign_in:
                open_doors.append(f"{method} {rule.rule} answered {answer.status_code}")
    assert not open_doors, listed("A visitor who is not signed in must be sent to the sign-in page.", open_doors)


def test_nobody_without_a_role_gets_into_a_role_s_page(app: Flask, client: Client, now) -> None:
    from reporting.accounts import service as accounts
    from reporting.core.actor import SYSTEM
    from reporting.core.db import unit_of_work
    from reporting.web import guards

    with unit_of_work():
        nobody = accounts.add("nobody@test.cn", "无职", password="a long first word", actor=SYSTEM, now=now, final=True)
    client.sign_in(nobody)
    open_doors = []
    for rule in app.url_map.iter_rules():
        if {guards.ANYONE, guards.SIGNED_IN} & set(guards.policy_of(app, rule.endpoint) or ()):
            continue
        for method in routes.methods(rule).split(","):
            answer = client.open(_address(rule), method=method)
            if answer.status_code != 404:
                open_doors.append(f"{method} {rule.rule} answered {answer.status_code}")
    assert not open_doors, listed("A page that is not one's own answers like a page that is not there.", open_doors)


def _address(rule: Rule) -> str:
    values = {name: 999_999 if _is_number(rule, name) else _word(rule, name) for name in rule.arguments}
    built = rule.build(values, append_unknown=False)
    assert built is not None, f"cannot make an address for {rule.rule}"
    return built[1]


def _word(rule: Rule, name: str) -> str:
    """Any word; one of the few when the address takes only those."""
    return min(getattr(rule._converters[name], "items", ["none"]))


def _is_number(rule: Rule, name: str) -> bool:
    return type(rule._converters[name]).__name__ in {"IntegerConverter", "FloatConverter"}
