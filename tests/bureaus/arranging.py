"""A small tree of bureaus: headquarters, two provinces, and a city below one of them."""

from datetime import date, datetime

from reporting.accounts import service as accounts
from reporting.accounts.models import User
from reporting.bureaus import queries
from reporting.bureaus import service as bureaus
from reporting.bureaus.models import Bureau
from reporting.bureaus.rules import RosterRow
from reporting.core.actor import SYSTEM

TODAY = date(2014, 10, 13)


def tree(now: datetime) -> dict[str, Bureau]:
    """HQ with HE and JS below it, and HE-1 below HE."""
    rows = [
        RosterRow(2, "HQ", "总局", "Headquarters", "总局", "headquarters"),
        RosterRow(3, "HE", "河北省质量技术监督局", "Hebei Bureau", "河北质监局", "quality", "130000", "华北", "HQ"),
        RosterRow(4, "JS", "江苏省质量技术监督局", "Jiangsu Bureau", "江苏质监局", "quality", "320000", "华东", "HQ"),
        RosterRow(
            5, "HE-1", "石家庄市质量技术监督局", "Shijiazhuang Bureau", "石家庄市质监局", "city", "130100", "华北", "HE"
        ),
    ]
    bureaus.import_roster(rows, actor=SYSTEM, now=now, today=TODAY)
    return {code: found for code in ("HQ", "HE", "JS", "HE-1") if (found := queries.find_by_code(code))}


def person(bureau: Bureau, role: str, *, now: datetime, email: str = "") -> User:
    """Somebody with a role at a bureau; the same address is the same person."""
    address = email or f"{bureau.code.lower()}-{role}@test.example"
    from reporting.accounts import queries as account_queries

    user = account_queries.find_by_email(address)
    if user is None:
        user = accounts.add(
            address, f"{bureau.short_zh}{role}"[:20], password=_PASSWORD, actor=SYSTEM, now=now, final=True
        )
    bureaus.appoint(user, bureau, role, actor=SYSTEM, now=now)
    return user


# A stored password that nobody can type: hashing one for each test takes longer than the tests.
_PASSWORD = accounts.FirstPassword("", "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA")
