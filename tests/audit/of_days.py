"""The verbs about working days, each called once; gives the number by which its entry names the day or the year."""

from datetime import date

from reporting.workdays import service as workdays
from reporting.workdays.rules import Correction, DayRow
from tests.audit.stage import Stage

DAY = date(2014, 10, 11)


def set_day(stage: Stage) -> int:
    workdays.set_day(DAY, Correction(works=False, name="台风"), **stage.by)
    return 20141011


def clear_day(stage: Stage) -> int:
    set_day(stage)
    workdays.clear_day(DAY, **stage.by)
    return 20141011


def import_days(stage: Stage) -> int:
    workdays.import_days([DayRow(2, "2014-10-11", "0", "台风")], source="", **stage.by)
    return 0


def confirm_year(stage: Stage) -> int:
    workdays.confirm_year(2027, document_number="国办发明电〔2026〕1号", **stage.by)
    return 2027


def withdraw_year(stage: Stage) -> int:
    confirm_year(stage)
    workdays.withdraw_year(2027, **stage.by)
    return 2027
