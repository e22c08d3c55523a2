"""What a bureau says about its files: caption, focus area, date, place, credit, and whether they may be published."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from reporting.audit.rules import changes
from reporting.campaigns.models import Assignment
from reporting.core.actor import Actor
from reporting.core.errors import Reason
from reporting.reports import rules
from reporting.reports.models import Attachment
from reporting.reports.service.attaching import own_attachment, refuse
from reporting.reports.service.drafting import begun, gate_reasons, touch


@dataclass(frozen=True, slots=True)
class Particulars:
    """When and where a photo or film was taken, who made it, and whether the bureau lets it be published."""

    taken_on: date | None = None
    place: str = ""
    credit: str = ""
    may_publish: bool = False


@dataclass(frozen=True, slots=True)
class Description:
    """What is said about a file: a caption, the focus area it shows (None for none), and its particulars.

    Without particulars those that are there stay as they are.
    """

    caption: str
    focus_area_id: int | None
    particulars: Particulars | None = None


def update_captions(
    assignment: Assignment, descriptions: Mapping[int, Description], *, actor: Actor, now: datetime
) -> None:
    """Describe several files at once, by attachment id; raises Refused naming everything that is too long."""
    refuse(gate_reasons(assignment, now=now))
    report = begun(assignment, actor=actor, now=now)
    known_areas = {area.id for area in assignment.task.campaign.focus_areas}
    too_long, changed = [], {}
    for attachment_id, description in sorted(descriptions.items()):
        attachment = own_attachment(report, attachment_id)
        said = _cleaned(description, attachment, known_areas)
        faults = _too_long(attachment.name, said)
        too_long += faults
        stands = _standing(attachment)
        if not faults and said != stands:
            attachment.caption, attachment.focus_area_id = said.caption, said.focus_area_id
            attachment.taken_on, attachment.place, attachment.credit, attachment.may_publish = _parts(said)
            changed[attachment.name] = changes(_flat(stands), _flat(said))
    refuse(too_long)
    if changed:
        touch(report, actor=actor, now=now, did="files_described", files=list(changed), changes=changed)


def _flat(said: Description) -> dict[str, Any]:
    told = asdict(said)
    return {**told.pop("particulars"), **told}


def _standing(attachment: Attachment) -> Description:
    stands = Particulars(attachment.taken_on, attachment.place, attachment.credit, attachment.may_publish)
    return Description(attachment.caption, attachment.focus_area_id, stands)


def _cleaned(description: Description, attachment: Attachment, known_areas: set[int]) -> Description:
    told = description.particulars or _standing(attachment).particulars or Particulars()
    area = description.focus_area_id if description.focus_area_id in known_areas else None
    place, credit = rules.clean_line(told.place), rules.clean_line(told.credit)
    return Description(
        rules.clean_line(description.caption), area, Particulars(told.taken_on, place, credit, told.may_publish)
    )


def _parts(description: Description) -> tuple[date | None, str, str, bool]:
    told = description.particulars or Particulars()
    return told.taken_on, told.place, told.credit, told.may_publish


def _too_long(name: str, said: Description) -> list[Reason]:
    _taken_on, place, credit, _may_publish = _parts(said)
    lengths = [
        ("caption_too_long", len(said.caption), rules.LONGEST_CAPTION),
        ("place_too_long", len(place), rules.LONGEST_PLACE),
        ("credit_too_long", len(credit), rules.LONGEST_CREDIT),
    ]
    return [Reason.of(code, name=name, limit=limit) for code, length, limit in lengths if length > limit]
