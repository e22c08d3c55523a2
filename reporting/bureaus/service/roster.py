"""Importing a roster: the plan is made and shown, and the same plan is carried out, whole or not at all."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select

from reporting.audit import service as audit
from reporting.bureaus import queries, rules
from reporting.bureaus.models import Bureau
from reporting.bureaus.service.naming import begun, give_aliases, give_name, search_key
from reporting.core.actor import Actor
from reporting.core.db import db
from reporting.core.errors import Reason, Refused


def examine_roster(rows: Sequence[rules.RosterRow], *, below: Bureau | None = None) -> rules.Plan:
    """What importing a roster would do; changes nothing.

    `below` is the bureau whose administrator imports: nothing outside of it is touched, and a new bureau
    without a parent goes right below it. None is the whole installation.
    """
    if below is None:
        return rules.plan_roster(rows, known=queries.known_bureaus())
    within = queries.codes_below([below.id])
    return rules.plan_roster(rows, known=queries.known_bureaus(), within=within, default_parent=below.code)


def import_roster(
    rows: Sequence[rules.RosterRow], *, actor: Actor, now: datetime, today: date, below: Bureau | None = None
) -> tuple[int, int]:
    """Add or update every bureau of a roster, or none; gives the counts added and changed.

    Importing the same rows again changes nothing. A changed name is dated `today`. An empty field of a row leaves
    what is known. Raises Refused with one reason for each wrong line.
    """
    plan = examine_roster(rows, below=below)
    if plan.problems:
        raise Refused(*(Reason(problem.code, problem.facts) for problem in plan.problems))
    known = {bureau.code: bureau for bureau in db.session.scalars(select(Bureau).order_by(Bureau.id))}
    highest = max((bureau.position for bureau in known.values()), default=0)
    for offset, (row, line) in enumerate(zip(rows, plan.lines, strict=True), start=1):
        if line.outcome == rules.Outcome.ADDED:
            known[row.code] = _insert(row, position=highest + offset, now=now)
    db.session.flush()
    for row, line in zip(rows, plan.lines, strict=True):
        if line.outcome != rules.Outcome.UNCHANGED:
            _carry_out(row, line, known, today=today)
    db.session.flush()
    added, changed = plan.count(rules.Outcome.ADDED), plan.count(rules.Outcome.CHANGED)
    if plan.does_something:
        subject_id = below.id if below is not None else 0
        audit.record("roster.imported", "roster", subject_id, actor=actor, now=now, added=added, changed=changed)
    return added, changed


def _insert(row: rules.RosterRow, *, position: int, now: datetime) -> Bureau:
    short = row.short_zh or row.name_zh[: rules.LIMITS["short_zh"]]
    bureau = Bureau(
        code=row.code,
        kind=row.kind or "other",
        region=row.region,
        division_code=row.division_code,
        name_zh=row.name_zh,
        short_zh=short,
        name_en=row.name_en,
        search_key=search_key(row.code, [row.name_zh, short, row.name_en]),
        position=position,
        created_at=now,
    )
    db.session.add(bureau)
    return bureau


def _carry_out(row: rules.RosterRow, line: rules.Line, known: dict[str, Bureau], *, today: date) -> None:
    """Bring one bureau to what its line says; the parents are there by now, wherever they stood in the file."""
    bureau = known[row.code]
    changes = {change.field: change.new for change in line.changes if change.field != "aliases"}
    names = rules.Names(row.name_zh, row.short_zh or bureau.short_zh, row.name_en or bureau.name_en)
    if line.outcome == rules.Outcome.ADDED:
        db.session.add(begun(bureau.id, names, since=today))
    elif names != rules.Names(bureau.name_zh, bureau.short_zh, bureau.name_en):
        give_name(bureau, names, since=today)
    for name in {"kind", "region", "division_code"} & changes.keys():
        setattr(bureau, name, changes[name])
    if "parent_code" in changes:
        bureau.parent_id = known[changes["parent_code"]].id
    if row.aliases:
        give_aliases(bureau, row.aliases)
