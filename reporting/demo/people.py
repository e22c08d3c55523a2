"""The people of the demonstration. All of them are invented."""

import random
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from reporting.accounts import service as accounts
from reporting.bureaus import queries as bureaus
from reporting.bureaus import service as bureau_service
from reporting.bureaus.rules import Role, RosterRow
from reporting.core.actor import SYSTEM, Actor
from reporting.core.errors import NotFound

if TYPE_CHECKING:
    from reporting.accounts.models import User

PASSWORD = "baosong-demo-2014"  # noqa: S105 - printed at every start of the demonstration
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = (
    "伟", "芳", "娜", "敏", "静", "强", "磊", "洋", "艳", "勇", "杰", "涛", "明", "超", "秀英", "霞", "平", "刚", "桂英", "文博", "晓东", "海燕",
    "建国", "志强", "丽华", "春梅", "永康", "玉兰",
)  # fmt: skip
# One person serves both bureaus of Ningbo, so that one letter for two duties can be seen.
SHARED = {"C-NB": "Q-NB"}


@dataclass(frozen=True)
class Shown:
    """An account which the start of the demonstration prints."""

    email: str
    role: str
    bureau: str


def email(code: str, role: str = "") -> str:
    """The address of a bureau's person: `q-he@demo.example`."""
    return f"{code.lower()}{'-' + role if role else ''}@demo.example"


SHOWN = (
    Shown(email("Q-HE"), Role.REPORTER, "河北质监局"),
    Shown(email("Q-HE", "certifier"), Role.CERTIFIER, "河北质监局"),
    Shown(email("Q-NB"), Role.REPORTER, "宁波市质监局、宁波检验检疫局"),
    Shown(email("HQ", "coordinator"), Role.COORDINATOR, "质检总局"),
    Shown(email("HQ", "reviewer"), Role.REVIEWER, "质检总局"),
    Shown(email("HQ", "leader"), Role.LEADER, "质检总局"),
    Shown(email("HQ", "administrator"), Role.ADMINISTRATOR, "质检总局"),
)


def name_of(seed: str) -> str:
    """An invented name, the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311 - names, not secrets
    return chance.choice(SURNAMES) + chance.choice(GIVEN)


def make_people(rows: list[RosterRow], *, now: datetime) -> None:
    """One reporter for each bureau, a certifier for Hebei, and the organiser's desk."""
    for row in rows:
        if row.code == "HQ":
            for role in (Role.COORDINATOR, Role.REVIEWER, Role.LEADER, Role.ADMINISTRATOR):
                _appoint(row.code, role, email(row.code, role), now=now)
        elif row.code in SHARED:
            _appoint(row.code, Role.REPORTER, email(SHARED[row.code]), now=now)
        else:
            _appoint(row.code, Role.REPORTER, email(row.code), now=now)
    _appoint("Q-HE", Role.CERTIFIER, email("Q-HE", "certifier"), now=now)


def _appoint(code: str, role: Role, address: str, *, now: datetime) -> None:
    bureau = bureaus.find_by_code(code)
    if bureau is None:
        raise NotFound
    user = person(address) or _add(address, now=now)
    bureau_service.appoint(user, bureau, role, actor=SYSTEM, now=now)


def _add(address: str, *, now: datetime) -> "User":
    phone = f"139{random.Random(address).randint(0, 99_999_999):08d}"  # noqa: S311 - invented
    return accounts.add(address, name_of(address), password=PASSWORD, actor=SYSTEM, now=now, phone=phone, final=True)


def person(address: str) -> "User | None":
    """The account with this address, or None."""
    from reporting.accounts import queries

    return queries.find_by_email(address)


def actor(address: str) -> Actor:
    """An account as the one who acts; raises NotFound when there is none."""
    user = person(address)
    if user is None:
        raise NotFound
    return Actor(user_id=user.id, name=user.name)
