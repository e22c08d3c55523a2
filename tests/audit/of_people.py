"""The verbs about bureaus, accounts and letters, each called once; gives the id of the row its entry is about."""

from reporting.accounts import service as accounts
from reporting.bureaus import queries as bureaus
from reporting.bureaus import service as bureau_service
from reporting.bureaus.rules import ContactRow, RosterRow
from reporting.core.db import db
from reporting.outbox import service as outbox
from reporting.outbox.models import Message
from reporting.outbox.rules import State as LetterState
from tests.audit.stage import Stage


def rename(stage: Stage) -> int:
    names = {"name_zh": "河北新局", "short_zh": "", "name_en": ""}
    bureau_service.rename(stage.bureau(), **names, since=stage.now.date(), **stage.by)
    return stage.bureau().id


def add_alias(stage: Stage) -> int:
    bureau_service.add_alias(stage.bureau(), "河北技监", **stage.by)
    return stage.bureau().id


def close_bureau(stage: Stage) -> int:
    bureau_service.close(stage.bureau(), on=stage.now.date(), **stage.by)
    return stage.bureau().id


def reopen_bureau(stage: Stage) -> int:
    close_bureau(stage)
    bureau_service.reopen(stage.bureau(), **stage.by)
    return stage.bureau().id


def import_roster(stage: Stage) -> int:
    row = RosterRow(2, "SX", "山西局", "Shanxi", "山西局", "quality", "140000", "华北", "HQ")
    bureau_service.import_roster([row], today=stage.now.date(), below=stage.bureau("HQ"), **stage.by)
    return stage.bureau("HQ").id


NEWCOMER = ContactRow(2, "Q-HE", "周华", "zhou@he.example", "", "reporter")


def take_on(stage: Stage) -> int:
    first = accounts.first_password()
    bureau_service.take_on(NEWCOMER, stage.bureau(), first, inviter=stage.bureau("HQ"), **stage.by)
    return stage.bureau().id


def import_contacts(stage: Stage) -> int:
    giver = bureaus.giver([(stage.bureau("HQ").id, "administrator")])
    passwords = bureau_service.prepare([NEWCOMER])
    bureau_service.import_contacts([NEWCOMER], passwords, giver=giver, inviter=stage.bureau("HQ"), **stage.by)
    return stage.bureau().id


def appoint(stage: Stage) -> int:
    bureau_service.appoint(stage.cast.user("C-SH"), stage.bureau(), "reporter", **stage.by)
    return stage.bureau().id


def dismiss(stage: Stage) -> int:
    held = bureau_service.appoint(stage.cast.user("C-SH"), stage.bureau(), "reporter", **stage.by)
    db.session.flush()
    bureau_service.dismiss(held.id, **stage.by)
    return stage.bureau().id


def user(stage: Stage) -> int:
    return stage.cast.user("C-SH").id


def reset_password(stage: Stage) -> int:
    bureau_service.reset_password(stage.cast.user("C-SH"), accounts.first_password(), **stage.by)
    return user(stage)


def disable(stage: Stage) -> int:
    bureau_service.set_active(stage.cast.user("C-SH"), active=False, **stage.by)
    return user(stage)


def enable(stage: Stage) -> int:
    disable(stage)
    bureau_service.set_active(stage.cast.user("C-SH"), active=True, **stage.by)
    return user(stage)


def add_account(stage: Stage) -> int:
    return accounts.add("new@he.example", "周华", password=accounts.first_password(), **stage.by).id


def change_password(stage: Stage) -> int:
    user = accounts.add("new@he.example", "周华", password="correct horse", **stage.by)
    accounts.change_password(user, old="correct horse", new="battery staple", **stage.by)
    return user.id


def choose_language(stage: Stage) -> int:
    accounts.choose_language(stage.cast.user("C-SH"), "en", **stage.by)
    return user(stage)


def resend(stage: Stage) -> int:
    number = stage.letter()
    db.session.get_one(Message, number).state = LetterState.FAILED
    outbox.resend(number, **stage.by)
    return number


def correct_address(stage: Stage) -> int:
    number = stage.letter()
    outbox.correct_address(number, "c@d.cn", **stage.by)
    return number
