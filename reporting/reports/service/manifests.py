"""A manifest comes before its media: what will come, by name, size and hash, takes its places in the slot."""

from collections.abc import Sequence
from datetime import datetime

from reporting.campaigns.models import Assignment
from reporting.core.actor import Actor
from reporting.core.errors import Reason, Refused
from reporting.files.rules import display_name
from reporting.reports import queries, rules
from reporting.reports.models import Attachment
from reporting.reports.service import promising
from reporting.reports.service.attaching import lift_declaration, slot_of
from reporting.reports.service.drafting import begun, gate_reasons, touch


def promise(
    assignment: Assignment, kind: str, entries: Sequence[rules.Entry], *, actor: Actor, now: datetime
) -> tuple[list[Attachment], list[Reason]]:
    """Promise files for a slot; gives the attachment of each that stands, and a reason for each that does not.

    What is there already, or promised already, is given as it is: filing a manifest twice is filing it once. Raises
    Refused when the gate is shut. A declaration of having none is lifted by the first file.
    """
    slot = slot_of(assignment, kind)
    shut = gate_reasons(assignment, now=now)
    if shut:
        raise Refused(*shut)
    report = begun(assignment, actor=actor, now=now)
    row = [one for one in queries.attachments(report.id) if one.slot_id == slot.id]
    known = {one.sha256: one for one in row}
    taken_out = {one.sha256: one for one in queries.promises(report.id, slot.id) if one.removed_at is not None}
    standing, reasons, promised = [], [], []
    for entry in map(_cleaned, entries):
        against = promising.entry_reasons(entry, slot)
        if against:
            reasons += against
        elif entry.sha256 in known:
            standing.append(known[entry.sha256])
        elif len(row) >= slot.most:
            reasons.append(Reason.of("too_many_files", slot=slot.kind, most=slot.most, name=entry.name))
        else:
            made = taken_out.get(entry.sha256)
            if made is None:
                place = max((one.position for one in row), default=0) + 1
                made = promising.add_promise(report, slot, entry, position=place, actor=actor, now=now)
            made.removed_at = None
            known[entry.sha256] = made
            row.append(made)
            standing.append(made)
            promised.append(made.name)
    if promised:
        lift_declaration(report, slot)
        touch(report, actor=actor, now=now, did="files_promised", slot=kind, files=promised)
    return list(dict.fromkeys(standing)), reasons


def _cleaned(entry: rules.Entry) -> rules.Entry:
    """The same line as it is kept: a name fit to show, a caption of one line, the hash in small letters."""
    return rules.Entry(display_name(entry.name), entry.size, entry.sha256.lower(), rules.clean_line(entry.caption))
