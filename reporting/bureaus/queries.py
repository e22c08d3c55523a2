"""Reading bureaus, and who serves where."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select

from reporting.accounts.models import User
from reporting.bureaus.models import Bureau, BureauAlias, BureauName, Membership
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


def codes_with_parents() -> dict[str, str | None]:
    """Each bureau's code with its parent's code, for the checks on a roster."""
    parent = Bureau.__table__.alias("parent")
    wanted = select(Bureau.code, parent.c.code).outerjoin(parent, parent.c.id == Bureau.parent_id)
    return dict(db.session.execute(wanted.order_by(Bureau.id)).tuples().all())


def subtree(root_id: int) -> Select[int]:
    """A select of the ids of a bureau and of everything below it."""
    tree = select(Bureau.id).where(Bureau.id == root_id).cte("tree", recursive=True)
    tree = tree.union(select(Bureau.id).join(tree, Bureau.parent_id == tree.c.id))
    return select(tree.c.id)


def listing(
    root_ids: Collection[int], *, text: str = "", kind: str = "", region: str = "", page: int = 1, per_page: int = 100
) -> tuple[Sequence[Bureau], int]:
    """Bureaus at or below the given roots, filtered and paged; and how many there are in all."""
    wanted = select(Bureau).where(Bureau.id.in_(below(root_ids)))
    if text:
        wanted = wanted.where(Bureau.search_key.contains(text.strip().lower(), autoescape=True))
    if kind:
        wanted = wanted.where(Bureau.kind == kind)
    if region:
        wanted = wanted.where(Bureau.region == region)
    total = db.session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
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


def people(root_ids: Collection[int], *, page: int = 1, per_page: int = 100) -> tuple[list[tuple[User, Membership, Bureau]], int]:
    """Memberships at or below the given roots with person and bureau, paged; and how many there are."""
    wanted = (
        select(User, Membership, Bureau)
        .join(Membership, Membership.user_id == User.id)
        .join(Bureau, Bureau.id == Membership.bureau_id)
        .where(Membership.bureau_id.in_(below(root_ids)), Membership.ended_at.is_(None))
    )
    total = db.session.scalar(select(func.count()).select_from(wanted.with_only_columns(Membership.id).subquery())) or 0
    ordered = wanted.order_by(Bureau.position, Bureau.code, Membership.role, User.id)
    rows = db.session.execute(ordered.limit(per_page).offset((page - 1) * per_page)).all()
    return [(row[0], row[1], row[2]) for row in rows], total


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
