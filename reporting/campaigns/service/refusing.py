"""What stands against something becomes one refusal; the one who saves second is told by whom."""

from collections.abc import Iterable, Sequence

from sqlalchemy import update

from reporting.audit import queries as audit
from reporting.campaigns import rules
from reporting.campaigns.models import Campaign, Task
from reporting.core.db import changed_rows
from reporting.core.errors import Reason, Refused, Stale


def refuse(codes: Iterable[str], plan: rules.CampaignPlan | rules.TaskPlan | None = None) -> None:
    """Raise Refused with every code as a reason, and with every field of the plan that is too long."""
    reasons = [Reason.of(code) for code in codes]
    if plan is not None:
        reasons += [Reason.of("field_too_long", field=name, limit=limit) for name, limit in rules.too_long(plan)]
    if reasons:
        raise Refused(*reasons)


def refuse_without(names: Sequence[str], code: str) -> None:
    """Raise Refused with the names of the bureaus in which somebody is lacking, when there are any."""
    if names:
        raise Refused(Reason.of(code, names=list(names[: rules.LONGEST_NAMES_SHOWN]), total=len(names)))


def take_version(table: type[Campaign] | type[Task], row_id: int, version: int) -> None:
    """Move the row's version on by compare-and-set; raises Stale, naming the other, for the one who comes second."""
    taken = update(table).where(table.id == row_id, table.version == version).values(version=version + 1)
    if changed_rows(taken, fetch=True) != 1:
        latest = audit.of(table.__tablename__, row_id, limit=1)
        raise Stale(by=latest[0].actor_name if latest else "", theirs={})
