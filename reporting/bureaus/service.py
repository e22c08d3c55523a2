"""Adding, renaming and closing bureaus, importing rosters, and saying who serves where."""

from collections.abc import Sequence
from datetime import date, datetime

from pypinyin import Style, lazy_pinyin
from sqlalchemy import select

from reporting.accounts.models import User
from reporting.audit import service as audit
from reporting.bureaus import queries, rules
from reporting.bureaus.models import Bureau, BureauAlias, BureauName, Membership
from reporting.core.actor import Actor
from reporting.core.db import db
from reporting.core.errors import NotFound, Reason, Refused


def search_key(code: str, names: Sequence[str]) -> str:
    """What a bureau is found by, in lower case: code, names, pinyin in full and as initials."""
    parts = [code, *names]
    for name in names:
        if any("一" <= character <= "鿿" for character in name):
            parts.append("".join(lazy_pinyin(name)))
            parts.append("".join(lazy_pinyin(name, style=Style.FIRST_LETTER)))
    return " ".join(dict.fromkeys(part.lower() for part in parts if part))[:1000]


def import_roster(rows: Sequence[rules.RosterRow], *, actor: Actor, now: datetime, today: date) -> tuple[int, int]:
    """Add or update every bureau of a roster, or none; gives the counts added and changed.

    Importing the same rows again changes nothing. A changed name is dated `today`. Raises Refused with one
    reason for each wrong line.
    """
    problems = rules.roster_problems(rows, existing=queries.codes_with_parents())
    if problems:
        raise Refused(*(Reason(problem.code, problem.facts) for problem in problems))
    known = {bureau.code: bureau for bureau in db.session.scalars(select(Bureau).order_by(Bureau.id))}
    highest = max((bureau.position for bureau in known.values()), default=0)
    added = changed = 0
    for offset, row in enumerate(rows, start=1):
        if row.code in known:
            changed += _update(known[row.code], row, today=today)
        else:
            known[row.code] = _insert(row, position=highest + offset, now=now, today=today)
            added += 1
    db.session.flush()
    changed += _set_parents(rows, known)
    _add_aliases(rows, known)
    if added or changed:
        audit.record("roster.imported", "roster", 0, actor=actor, now=now, added=added, changed=changed)
    return added, changed


def _insert(row: rules.RosterRow, *, position: int, now: datetime, today: date) -> Bureau:
    bureau = Bureau(
        code=row.code,
        kind=row.kind,
        region=row.region,
        division_code=row.division_code,
        name_zh=row.name_zh,
        short_zh=row.short_zh or row.name_zh[:60],
        name_en=row.name_en,
        search_key=search_key(row.code, [row.name_zh, row.short_zh, row.name_en, *row.aliases]),
        position=position,
        created_at=now,
    )
    db.session.add(bureau)
    db.session.flush()
    db.session.add(BureauName(bureau_id=bureau.id, name_zh=bureau.name_zh, short_zh=bureau.short_zh, name_en=bureau.name_en, since=today))
    return bureau


def _update(bureau: Bureau, row: rules.RosterRow, *, today: date) -> int:
    before = (bureau.kind, bureau.region, bureau.division_code, bureau.name_zh, bureau.short_zh, bureau.name_en)
    short = row.short_zh or bureau.short_zh
    if (row.name_zh, short, row.name_en) != (bureau.name_zh, bureau.short_zh, bureau.name_en):
        _give_name(bureau, name_zh=row.name_zh, short_zh=short, name_en=row.name_en, since=today)
    bureau.kind, bureau.region, bureau.division_code = row.kind, row.region, row.division_code
    after = (bureau.kind, bureau.region, bureau.division_code, bureau.name_zh, bureau.short_zh, bureau.name_en)
    return int(before != after)


def _set_parents(rows: Sequence[rules.RosterRow], known: dict[str, Bureau]) -> int:
    changed = 0
    for row in rows:
        parent_id = known[row.parent_code].id if row.parent_code else known[row.code].parent_id
        if known[row.code].parent_id != parent_id:
            known[row.code].parent_id = parent_id
            changed += 1
    return changed


def _add_aliases(rows: Sequence[rules.RosterRow], known: dict[str, Bureau]) -> None:
    for row in rows:
        if row.aliases:
            _alias(known[row.code], row.aliases)


def _alias(bureau: Bureau, aliases: Sequence[str]) -> None:
    have = set(queries.aliases_of(bureau.id))
    for alias in dict.fromkeys(aliases):
        if alias and alias not in have:
            db.session.add(BureauAlias(bureau_id=bureau.id, alias=alias[:200]))
    db.session.flush()
    _refresh_search_key(bureau)


def _refresh_search_key(bureau: Bureau) -> None:
    names = [name for row in queries.names_of(bureau.id) for name in (row.name_zh, row.short_zh, row.name_en)]
    bureau.search_key = search_key(bureau.code, [*reversed(names), *queries.aliases_of(bureau.id)])


def _give_name(bureau: Bureau, *, name_zh: str, short_zh: str, name_en: str, since: date) -> None:
    """End the present name and begin the new one; two names on one day become one."""
    present = db.session.scalar(
        select(BureauName).where(BureauName.bureau_id == bureau.id, BureauName.until.is_(None)).order_by(BureauName.since.desc())
    )
    if present is not None and present.since >= since:
        present.name_zh, present.short_zh, present.name_en = name_zh, short_zh, name_en
    else:
        if present is not None:
            present.until = since
        db.session.add(BureauName(bureau_id=bureau.id, name_zh=name_zh, short_zh=short_zh, name_en=name_en, since=since))
    bureau.name_zh, bureau.short_zh, bureau.name_en = name_zh, short_zh, name_en
    db.session.flush()
    _refresh_search_key(bureau)


def rename(bureau: Bureau, *, name_zh: str, short_zh: str, name_en: str, since: date, actor: Actor, now: datetime) -> None:
    """Give a bureau a new name from a day on; the old one stays in its history and can still be searched."""
    if not name_zh.strip():
        raise Refused(Reason.of("name_missing", limit=200))
    old = bureau.name_zh
    _give_name(bureau, name_zh=name_zh.strip(), short_zh=short_zh.strip() or name_zh.strip()[:60], name_en=name_en.strip(), since=since)
    audit.record("bureau.renamed", "bureau", bureau.id, actor=actor, now=now, old=old, new=bureau.name_zh)


def add_alias(bureau: Bureau, alias: str, *, actor: Actor, now: datetime) -> None:
    """Let a bureau be found by another way of writing its name."""
    if alias.strip():
        _alias(bureau, [alias.strip()])
        audit.record("bureau.alias_added", "bureau", bureau.id, actor=actor, now=now, alias=alias.strip())


def close(bureau: Bureau, *, on: date, actor: Actor, now: datetime) -> None:
    """Close a bureau: it is assigned nothing new, and everything it did stays where it is."""
    if bureau.closed_on is None:
        bureau.closed_on = on
        audit.record("bureau.closed", "bureau", bureau.id, actor=actor, now=now, on=on.isoformat())


def appoint(user: User, bureau: Bureau, role: str, *, actor: Actor, now: datetime) -> Membership:
    """Give a person a role at a bureau; appointing twice is the same as once."""
    if role not in set(rules.Role):
        raise NotFound
    held = db.session.scalar(
        select(Membership).where(Membership.user_id == user.id, Membership.bureau_id == bureau.id, Membership.role == role)
    )
    if held is None:
        held = Membership(user_id=user.id, bureau_id=bureau.id, role=role, since_at=now)
        db.session.add(held)
    elif held.ended_at is None:
        return held
    else:
        held.since_at, held.ended_at = now, None
    db.session.flush()
    audit.record("membership.begun", "bureau", bureau.id, actor=actor, now=now, user_id=user.id, role=role)
    return held


def dismiss(membership_id: int, *, actor: Actor, now: datetime) -> None:
    """End a membership; raises NotFound when there is none with this id."""
    held = db.session.get(Membership, membership_id)
    if held is None:
        raise NotFound
    if held.ended_at is None:
        held.ended_at = now
        audit.record("membership.ended", "bureau", held.bureau_id, actor=actor, now=now, user_id=held.user_id, role=held.role)
