"""People come in: an account with a first password, a role, and a letter that says where to sign in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from reporting.accounts import queries as account_queries
from reporting.accounts import service as accounts
from reporting.accounts.models import User
from reporting.bureaus import queries, rules
from reporting.bureaus.models import Bureau
from reporting.bureaus.rules.contacts import count_problems
from reporting.bureaus.service.people import appoint
from reporting.core.actor import Actor
from reporting.core.errors import NotFound, Reason, Refused
from reporting.outbox import service as outbox
from reporting.outbox.rules import Recipient


@dataclass(frozen=True, slots=True, repr=False)
class Newcomer:
    """Somebody whose account was made just now; the password is known only here and only now."""

    bureau: str
    name: str
    email: str
    role: str
    password: str


def examine_contacts(rows: Sequence[rules.ContactRow], *, giver: rules.Giver) -> rules.Plan:
    """What importing a list of people would do; changes nothing. Raises Refused when the list is too long."""
    problems = count_problems(rows)
    if problems:
        raise Refused(*(Reason(problem.code, problem.facts) for problem in problems))
    known = queries.known_people({row.email for row in rows})
    return rules.plan_contacts(rows, known=known, giver=giver)


def prepare(rows: Iterable[rules.ContactRow]) -> dict[str, accounts.FirstPassword]:
    """First passwords for the people of a list who have no account yet, by address.

    Call it before the transaction: hashing is slow on purpose, and nobody else can write meanwhile.
    """
    wanted = dict.fromkeys(row.email for row in rows)
    known = queries.known_people(wanted)
    return {email: accounts.first_password() for email in wanted if email not in known}


def import_contacts(
    rows: Sequence[rules.ContactRow],
    passwords: dict[str, accounts.FirstPassword],
    *,
    giver: rules.Giver,
    inviter: Bureau,
    actor: Actor,
    now: datetime,
) -> tuple[list[Newcomer], int]:
    """Take on everybody on a list, or nobody; gives those with a new account, and how many roles are new.

    Importing the same list again changes nothing. Raises Refused with one reason for each wrong line.
    """
    plan = examine_contacts(rows, giver=giver)
    if plan.problems:
        raise Refused(*(Reason(problem.code, problem.facts) for problem in plan.problems))
    newcomers: list[Newcomer] = []
    for row in rows:
        bureau = queries.find_by_code(row.bureau_code)
        if bureau is None:
            raise NotFound
        first = passwords.get(row.email)
        newcomer = take_on(row, bureau, first, inviter=inviter, actor=actor, now=now)
        newcomers += [newcomer] if newcomer else []
    return newcomers, plan.count(rules.Outcome.ADDED) + plan.count(rules.Outcome.CHANGED)


def take_on(
    row: rules.ContactRow,
    bureau: Bureau,
    first: accounts.FirstPassword | None,
    *,
    inviter: Bureau,
    actor: Actor,
    now: datetime,
) -> Newcomer | None:
    """Give a person a role at a bureau; makes the account when there is none, and then gives what to hand on.

    An account that is there keeps its name, its number and its password. Raises Refused for a bad address or name.
    """
    user = account_queries.find_by_email(row.email)
    if user is not None:
        appoint(user, bureau, row.role, actor=actor, now=now)
        return None
    first = first or accounts.first_password()
    user = accounts.add(row.email, row.name, phone=row.phone, password=first, actor=actor, now=now)
    appoint(user, bureau, row.role, actor=actor, now=now)
    _welcome(user, row.role, inviter=inviter, actor=actor, now=now)
    return Newcomer(bureau.short_zh, user.name, user.email, row.role, first.plain)


def _welcome(user: User, role: str, *, inviter: Bureau, actor: Actor, now: datetime) -> None:
    """Queue the letter. The password is not in it: a mailbox is no place for one."""
    asked = account_queries.find(actor.user_id) if actor.user_id is not None else None
    english = user.language == "en"
    facts = {
        "person": user.name,
        "organiser": {
            "name": (english and inviter.name_en) or inviter.name_zh,
            "contact": asked.name if asked else "",
            "phone": asked.phone if asked else "",
        },
        "campaign": None,
        "reason_code": role,
        "link": "sign-in:0",
        "zone": "Asia/Shanghai",
        "email": user.email,
    }
    to = Recipient(user.email, user.name, user.language, user.id)
    outbox.put("welcome", f"welcome:{user.id}", to=to, facts=facts, now=now, organiser_id=inviter.id)
