"""Names, aliases, and the words by which a bureau is found."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select

from reporting.audit import service as audit
from reporting.bureaus import queries, rules
from reporting.bureaus.models import Bureau, BureauAlias, BureauName
from reporting.core.actor import Actor
from reporting.core.db import db
from reporting.core.errors import Reason, Refused


def search_key(code: str, names: Sequence[str]) -> str:
    """What a bureau is found by, in lower case: code, names, pinyin in full and as initials."""
    # Its dictionary takes a third of a second to read, which only those processes should pay that name a bureau.
    from pypinyin import Style, lazy_pinyin

    parts = [code, *names]
    for name in names:
        if any("一" <= character <= "鿿" for character in name):
            parts.append("".join(lazy_pinyin(name)))
            parts.append("".join(lazy_pinyin(name, style=Style.FIRST_LETTER)))
    return " ".join(dict.fromkeys(part.lower() for part in parts if part))[:1000]


def rename(
    bureau: Bureau, *, name_zh: str, short_zh: str, name_en: str, since: date, actor: Actor, now: datetime
) -> None:
    """Give a bureau a new name from a day on; the old one stays in its history and can still be searched.

    Saving the same names again changes nothing. Raises Refused with every reason.
    """
    names = rules.Names(name_zh.strip(), short_zh.strip() or name_zh.strip()[:60], name_en.strip())
    begun = queries.name_since(bureau.id)
    problems = rules.name_problems(names, since=since, present_since=begun, today=latest_day(now))
    if problems:
        raise Refused(*(Reason(problem.code, problem.facts) for problem in problems))
    if names == rules.Names(bureau.name_zh, bureau.short_zh, bureau.name_en):
        return
    old = bureau.name_zh
    give_name(bureau, names, since=since)
    audit.record("bureau.renamed", "bureau", bureau.id, actor=actor, now=now, old=old, new=bureau.name_zh)


def latest_day(now: datetime) -> date:
    """The day that has begun furthest east: wherever the reader is, no day after it is today."""
    return (now.astimezone(UTC) + timedelta(hours=14)).date()


def give_name(bureau: Bureau, names: rules.Names, *, since: date) -> None:
    """End the present name and begin the new one; two names on one day become one."""
    present = db.session.scalar(
        select(BureauName)
        .where(BureauName.bureau_id == bureau.id, BureauName.until.is_(None))
        .order_by(BureauName.since.desc())
    )
    if present is not None and present.since >= since:
        present.name_zh, present.short_zh, present.name_en = names.zh, names.short_zh, names.en
    else:
        if present is not None:
            present.until = since
        db.session.add(begun(bureau.id, names, since=since))
    bureau.name_zh, bureau.short_zh, bureau.name_en = names.zh, names.short_zh, names.en
    db.session.flush()
    refresh_search_key(bureau)


def begun(bureau_id: int, names: rules.Names, *, since: date) -> BureauName:
    """A row of the history of names, open at its end."""
    return BureauName(
        bureau_id=bureau_id, name_zh=names.zh, short_zh=names.short_zh, name_en=names.en, since=since, until=None
    )


def add_alias(bureau: Bureau, alias: str, *, actor: Actor, now: datetime) -> None:
    """Let a bureau be found by another way of writing its name. Raises Refused for an empty or overlong one."""
    wanted = alias.strip()
    if not wanted or len(wanted) > rules.LONGEST_ALIAS:
        raise Refused(Reason.of("alias_unusable", limit=rules.LONGEST_ALIAS))
    if give_aliases(bureau, [wanted]):
        audit.record("bureau.alias_added", "bureau", bureau.id, actor=actor, now=now, alias=wanted)


def give_aliases(bureau: Bureau, aliases: Sequence[str]) -> int:
    """Add the aliases that a bureau does not have yet; gives their number."""
    have = set(queries.aliases_of(bureau.id))
    fresh = [alias for alias in dict.fromkeys(aliases) if alias and alias not in have]
    db.session.add_all(BureauAlias(bureau_id=bureau.id, alias=alias) for alias in fresh)
    db.session.flush()
    if fresh:
        refresh_search_key(bureau)
    return len(fresh)


def refresh_search_key(bureau: Bureau) -> None:
    """Write down anew what a bureau is found by: its names of all times, newest first, and its aliases."""
    names = [name for row in queries.names_of(bureau.id) for name in (row.name_en, row.short_zh, row.name_zh)]
    bureau.search_key = search_key(bureau.code, [*reversed(names), *queries.aliases_of(bureau.id)])


def close(bureau: Bureau, *, on: date, actor: Actor, now: datetime) -> None:
    """Close a bureau: it is assigned nothing new, and everything it did stays where it is."""
    if bureau.closed_on is None:
        bureau.closed_on = on
        audit.record("bureau.closed", "bureau", bureau.id, actor=actor, now=now, on=on.isoformat())


def reopen(bureau: Bureau, *, actor: Actor, now: datetime) -> None:
    """Take back that a bureau was closed."""
    if bureau.closed_on is not None:
        bureau.closed_on = None
        audit.record("bureau.reopened", "bureau", bureau.id, actor=actor, now=now)
