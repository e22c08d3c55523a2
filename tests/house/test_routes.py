"""Every route declares who may use it, stands in routes.txt, and refuses everybody else."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.routing import Rule

from tests import crowd
from tests.fixtures.application import Client, Hands
from tests.fixtures.statements import is_write
from tests.house import routes
from tests.house.source import listed

# Routes that prove by something better than a form's token that their own page asks; each with what it is.
TOKEN_FREE: dict[str, str] = {
    "/uploads/<token>": "the address itself is the right to send, unguessable, and no cookie is asked for",
}


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


def test_each_role_gets_into_its_own_pages_and_no_others(make_app: Callable[..., Flask]) -> None:
    """The views are stubbed, so that a row which is not there cannot pass for a refusal."""
    from reporting.bureaus.rules import Role
    from reporting.web import guards

    app = make_app()
    _stub_views(app)
    weighed = {(address, method): told for address, method, told in (line.rsplit(" ", 2) for line in routes.known())}
    wrong = []
    for role in Role:
        client = app.test_client().sign_in(_somebody(role))
        for rule in app.url_map.iter_rules():
            allowed = weighed[rule.rule, routes.methods(rule)].split("|")
            enters = bool({guards.ANYONE, guards.SIGNED_IN, role} & set(allowed))
            # An address that only answers OPTIONS has no method of a person's.
            for method in filter(None, routes.methods(rule).split(",")):
                status = client.open(_address(rule), method=method).status_code
                if status != (204 if enters else 404):
                    wrong.append(f"{role}: {method} {rule.rule} answered {status}, the table says {'|'.join(allowed)}")
    assert not wrong, listed("A page opens to the roles that stand beside it in the table, and to nobody else.", wrong)


def test_nothing_is_changed_without_a_form_s_token(app: Flask, now: datetime, count_queries) -> None:
    from reporting.bureaus.models import Membership
    from reporting.bureaus.rules import Role
    from reporting.core.db import db, unit_of_work
    from reporting.web import guards

    with unit_of_work():
        headquarters = crowd.organiser().id
        everything = crowd.person(Role.REPORTER, headquarters)
        for role in set(Role) - {Role.REPORTER}:
            db.session.add(Membership(user_id=everything.id, bureau_id=headquarters, role=role, since_at=now))
    client = app.test_client().sign_in(everything)
    wrong, asked = [], 0
    for rule in app.url_map.iter_rules():
        if rule.rule in TOKEN_FREE or guards.NOBODY in (guards.policy_of(app, rule.endpoint) or ()):
            continue
        for method in sorted((rule.methods or set()) & {"POST", "PUT", "PATCH", "DELETE"}):
            asked += 1
            with count_queries() as sent:
                status = client.open(_address(rule), method=method, data={"body": "x"}, csrf=False).status_code
            if status != 400 or any(is_write(statement) for statement in sent):
                wrong.append(f"{method} {rule.rule} answered {status}, {sum(map(is_write, sent))} writes")
    assert asked >= 30, "the walk must meet every page that changes something"
    assert not wrong, listed("Another site could press this button in the name of whoever is signed in.", wrong)


def _stub_views(app: Flask) -> None:
    """Let every view answer 204 and do nothing, under the policy which it declares."""

    def stub(policy: object) -> Callable[..., object]:
        def view(**_values: object) -> tuple[str, int]:
            return "", 204

        view.policy = policy  # type: ignore[attr-defined]
        return view

    for endpoint, view in list(app.view_functions.items()):
        app.view_functions[endpoint] = stub(getattr(view, "policy", None))


def _somebody(role: str) -> object:
    """A person with this one role."""
    from reporting.core.db import unit_of_work

    with unit_of_work():
        return crowd.person(role, crowd.organiser().id)


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
