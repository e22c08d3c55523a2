"""Reading bureaus, and who serves where."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, func, or_, select

from reporting.accounts.models import User
from reporting.bureaus.models import Bureau, BureauAlias, BureauName, Membership
from reporting.bureaus.rules import Giver, KnownBureau, KnownPerson
from reporting.core.db import db

MOST_LEVELS = 12


def find(bureau_id: int) -> Bureau | None:
    """The bureau with this id, or None."""
    return db.session.get(Bureau, bureau_id)


def find_by_code(code: str) -> Bureau | None:
    """The bureau with this code, or None."""
    return db.session.scalar(select(Bureau).where(Bureau.code == code))


def by_ids(bureau_ids: Collection[int]) -> dict[int, Bureau]:
    """Bureaus by id."""
    found = db.session.scalars(select(Bureau).where(Bureau.id.in_(bureau_ids)).order_by(Bureau.id))
    return {bureau.id: bureau for bureau in found}


def names_of(bureau_id: int) -> Sequence[BureauName]:
    """Every name a bureau has had, oldest first."""
    wanted = select(BureauName).where(BureauName.bureau_id == bureau_id).order_by(BureauName.since, BureauName.id)
    return db.session.scalars(wanted.limit(200)).all()


def aliases_of(bureau_id: int) -> list[str]:
    """The other ways of writing a bureau's name."""
    wanted = select(BureauAlias.alias).where(BureauAlias.bureau_id == bureau_id).order_by(BureauAlias.alias)
    return list(db.session.scalars(wanted.limit(200)))


def name_since(bureau_id: int) -> date | None:
    """The day on which a bureau's present name began."""
    wanted = select(func.max(BureauName.since)).where(BureauName.bureau_id == bureau_id, BureauName.until.is_(None))
    return db.session.scalar(wanted)


def named_on(bureau_id: int, day: date) -> BureauName | None:
    """The name that a bureau bore on a day; the first one for a day before all of them."""
    wanted = select(BureauName).where(BureauName.bureau_id == bureau_id)
    borne = wanted.where(BureauName.since <= day).order_by(BureauName.since.desc(), BureauName.id.desc())
    return db.session.scalar(borne.limit(1)) or db.session.scalar(wanted.order_by(BureauName.since).limit(1))


def known_bureaus() -> dict[str, KnownBureau]:
    """Every bureau by its code, with what a roster may change."""
    parent = Bureau.__table__.alias("parent")
    aliases: dict[int, set[str]] = {}
    written = select(BureauAlias.bureau_id, BureauAlias.alias).order_by(BureauAlias.id)
    for bureau_id, alias in db.session.execute(written):
        aliases.setdefault(bureau_id, set()).add(alias)
    wanted = select(Bureau, parent.c.code).outerjoin(parent, parent.c.id == Bureau.parent_id).order_by(Bureau.id)
    return {
        bureau.code: KnownBureau(
            bureau.name_zh, bureau.short_zh, bureau.name_en, bureau.kind, bureau.region, bureau.division_code,
            parent_code=parent_code or "", aliases=frozenset(aliases.get(bureau.id, ())),
        )
        for bureau, parent_code in db.session.execute(wanted)
    }  # fmt: skip


def codes_below(root_ids: Collection[int]) -> set[str]:
    """The codes of the given bureaus and of everything below them."""
    return set(db.session.scalars(select(Bureau.code).where(Bureau.id.in_(below(root_ids))).order_by(Bureau.id)))


def giver(posts: Iterable[tuple[int, str]]) -> Giver:
    """Somebody with these posts (bureau's id, role), with the tree in which they may appoint others."""
    rows = db.session.execute(select(Bureau.id, Bureau.code, Bureau.parent_id).order_by(Bureau.id)).all()
    return Giver(frozenset(posts), {row[0]: row[2] for row in rows}, {row[1]: row[0] for row in rows})


def known_people(emails: Collection[str]) -> dict[str, KnownPerson]:
    """The accounts with these addresses, and what each of them is at present."""
    wanted = (
        select(User.email, User.id, Bureau.code, Membership.role)
        .outerjoin(Membership, (Membership.user_id == User.id) & Membership.ended_at.is_(None))
        .outerjoin(Bureau, Bureau.id == Membership.bureau_id)
        .where(User.email.in_(emails))
        .order_by(User.id, Membership.id)
    )
    found: dict[str, tuple[int, set[tuple[str, str]]]] = {}
    for email, user_id, code, role in db.session.execute(wanted):
        found.setdefault(email, (user_id, set()))[1].update({(code, role)} if code else set())
    return {email: KnownPerson(user_id, frozenset(posts)) for email, (user_id, posts) in found.items()}


def subtree(root_id: int) -> Select[int]:
    """A select of the ids of a bureau and of everything below it."""
    tree = select(Bureau.id).where(Bureau.id == root_id).cte("tree", recursive=True)
    tree = tree.union(select(Bureau.id).join(tree, Bureau.parent_id == tree.c.id))
    return select(tree.c.id)


def listing(
    root_ids: Collection[int],
    *,
    text: str = "",
    kind: str = "",
    region: str = "",
    parent_id: int | None = None,
    page: int = 1,
    per_page: int = 100,
) -> tuple[Sequence[Bureau], int]:
    """Bureaus at or below the given roots, filtered and paged; and how many there are in all."""
    wanted = select(Bureau).where(Bureau.id.in_(below(root_ids)))
    if text:
        wanted = wanted.where(Bureau.search_key.contains(text.strip().lower(), autoescape=True))
    if kind:
        wanted = wanted.where(Bureau.kind == kind)
    if region:
        wanted = wanted.where(Bureau.region == region)
    if parent_id is not None:
        wanted = wanted.where(Bureau.parent_id == parent_id)
    total = db.session.scalar(select(func.count()).select_from(wanted.with_only_columns(Bureau.id).subquery())) or 0
    ordered = wanted.order_by(Bureau.position, Bureau.code).limit(per_page).offset((page - 1) * per_page)
    return db.session.scalars(ordered).all(), total


def below(root_ids: Collection[int]) -> Select[int]:
    """A select of the ids of several bureaus and of everything below them."""
    tree = select(Bureau.id).where(Bureau.id.in_(root_ids)).cte("below", recursive=True)
    tree = tree.union(select(Bureau.id).join(tree, Bureau.parent_id == tree.c.id))
    return select(tree.c.id)


@dataclass(frozen=True, slots=True)
class Post:
    """A role that a person holds at a bureau."""

    bureau_id: int
    role: str
    bureau_name_zh: str
    bureau_short_zh: str
    bureau_name_en: str


def posts_of(user_id: int) -> list[Post]:
    """What a person is, and where; ended memberships are left out."""
    wanted = (
        select(Membership.bureau_id, Membership.role, Bureau.name_zh, Bureau.short_zh, Bureau.name_en)
        .join(Bureau, Bureau.id == Membership.bureau_id)
        .where(Membership.user_id == user_id, Membership.ended_at.is_(None))
        .order_by(Bureau.position, Bureau.code, Membership.role)
    )
    return [Post(*row) for row in db.session.execute(wanted).all()]


@dataclass(frozen=True, slots=True)
class Contact:
    """A person who answers for a bureau in some role."""

    user_id: int
    bureau_id: int
    role: str
    name: str
    email: str
    phone: str
    language: str


def contacts(bureau_ids: Collection[int] | Select[int], roles: Collection[str]) -> list[Contact]:
    """Active people with one of these roles at these bureaus, in a stable order."""
    wanted = (
        select(User.id, Membership.bureau_id, Membership.role, User.name, User.email, User.phone, User.language)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.bureau_id.in_(bureau_ids), Membership.role.in_(roles), Membership.ended_at.is_(None))
        .where(User.active.is_(True))
        .order_by(Membership.bureau_id, Membership.role, User.id)
    )
    return [Contact(*row) for row in db.session.execute(wanted).all()]


def people(
    root_ids: Collection[int], *, text: str = "", role: str = "", page: int = 1, per_page: int = 100
) -> tuple[list[tuple[User, Membership, Bureau]], int]:
    """Memberships at or below the given roots with person and bureau, filtered and paged; and how many there are."""
    wanted = (
        select(User, Membership, Bureau)
        .join(Membership, Membership.user_id == User.id)
        .join(Bureau, Bureau.id == Membership.bureau_id)
        .where(Membership.bureau_id.in_(below(root_ids)), Membership.ended_at.is_(None))
    )
    if text:
        sought = text.strip().lower()
        columns = (func.lower(User.name), User.email, User.phone, Bureau.search_key)
        wanted = wanted.where(or_(*(column.contains(sought, autoescape=True) for column in columns)))
    if role:
        wanted = wanted.where(Membership.role == role)
    total = db.session.scalar(select(func.count()).select_from(wanted.with_only_columns(Membership.id).subquery())) or 0
    ordered = wanted.order_by(Bureau.position, Bureau.code, Membership.role, User.id)
    rows = db.session.execute(ordered.limit(per_page).offset((page - 1) * per_page)).all()
    return [(row[0], row[1], row[2]) for row in rows], total


def find_below(bureau_id: int, root_ids: Collection[int]) -> Bureau | None:
    """A bureau at or below one of the roots, or None."""
    return db.session.scalar(select(Bureau).where(Bureau.id == bureau_id, Bureau.id.in_(below(root_ids))))


def find_person_below(user_id: int, root_ids: Collection[int]) -> User | None:
    """A person who serves at or below one of the roots, or None."""
    serves = select(Membership.id).where(
        Membership.user_id == User.id, Membership.ended_at.is_(None), Membership.bureau_id.in_(below(root_ids))
    )
    return db.session.scalar(select(User).where(User.id == user_id, serves.exists()))


def memberships_of(user_id: int) -> list[tuple[Membership, Bureau]]:
    """Every role that a person holds at present, and where."""
    wanted = (
        select(Membership, Bureau)
        .join(Bureau, Bureau.id == Membership.bureau_id)
        .where(Membership.user_id == user_id, Membership.ended_at.is_(None))
        .order_by(Bureau.position, Bureau.code, Membership.role)
    )
    return [(row[0], row[1]) for row in db.session.execute(wanted.limit(200)).all()]


def serving_at(bureau_id: int) -> list[tuple[Membership, User]]:
    """Everybody who holds a role at a bureau, by role."""
    wanted = (
        select(Membership, User)
        .join(User, User.id == Membership.user_id)
        .where(Membership.bureau_id == bureau_id, Membership.ended_at.is_(None))
        .order_by(Membership.role, User.id)
    )
    return [(row[0], row[1]) for row in db.session.execute(wanted.limit(500)).all()]


def counts_below(bureau_ids: Collection[int]) -> dict[int, int]:
    """How many bureaus stand right below each of these; those without any are left out."""
    wanted = (
        select(Bureau.parent_id, func.count(Bureau.id))
        .where(Bureau.parent_id.in_(bureau_ids))
        .group_by(Bureau.parent_id)
        .order_by(Bureau.parent_id)
    )
    return {row[0]: row[1] for row in db.session.execute(wanted) if row[0] is not None}


def kinds_and_regions() -> tuple[list[str], list[str]]:
    """The kinds and the regions that occur, for filters."""
    kinds = db.session.scalars(select(Bureau.kind).distinct().order_by(Bureau.kind).limit(50)).all()
    regions = db.session.scalars(select(Bureau.region).distinct().order_by(Bureau.region).limit(100)).all()
    return list(kinds), [region for region in regions if region]


def each_once(found: Sequence[Contact]) -> list[Contact]:
    """Each person once, in the first of their roles."""
    first: dict[int, Contact] = {}
    for contact in found:
        first.setdefault(contact.user_id, contact)
    return list(first.values())
