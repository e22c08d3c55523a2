"""Importing a list of people: a dry run first, then the very thing that was shown, and the first passwords once."""

import csv
import io
from typing import Any

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from reporting.bureaus import queries
from reporting.bureaus import service as bureaus
from reporting.bureaus.rules import ContactRow
from reporting.bureaus.rules.headings import CONTACTS
from reporting.core import clock
from reporting.core.db import end_reading, unit_of_work
from reporting.core.errors import Refused
from reporting.web.admin import blueprint, reach, sheets
from reporting.web.guards import person, policy
from reporting.web.reasons.bureaus import field_word
from reporting.web.words import reason_sentence, role_word

FORMULA_MARKS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def _page(**told: Any) -> str:
    shown: dict[str, Any] = {"plan": None, "reasons": [], "pasted": "", "field_word": field_word}
    return render_template("admin/contacts.html", **(shown | told))


@blueprint.get("/admin/people/import")
@policy(*reach.ROLES)
def contacts() -> ResponseReturnValue:
    """Choose a file, or paste a table."""
    return _page()


@blueprint.get("/admin/people/import/form.csv")
@policy(*reach.ROLES)
def contacts_form() -> ResponseReturnValue:
    """A list to fill in: every bureau below, with room for a reporter."""
    found, _total = queries.listing(reach.roots(), per_page=10_000)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([_("单位代码"), _("单位名称"), _("姓名"), _("电子邮箱"), _("电话"), _("角色")])
    appoints = reach.giver()
    for one in found:
        if "reporter" in appoints.roles_at(one.code) and one.closed_on is None:
            writer.writerow([_harmless(one.code), _harmless(one.name_zh), "", "", "", role_word("reporter")])
    # The mark tells Excel that this is UTF-8.
    response = Response("\ufeff" + text.getvalue(), mimetype="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="people.csv"'
    return response


def _harmless(text: str) -> str:
    """A cell which no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA_MARKS) else text


@blueprint.post("/admin/people/import")
@policy(*reach.ROLES)
def examine_contacts() -> ResponseReturnValue:
    """The dry run: what every line would do. Nothing is written, so it may be repeated at will."""
    pasted = request.form.get("pasted", "")
    try:
        sheet = sheets.posted_sheet()
        rows = bureaus.contact_rows(sheet)
        return _shown(rows, encoding=sheet.encoding, unknown=sheet.unknown(CONTACTS), pasted=pasted)
    except Refused as refused:
        return _page(reasons=[reason_sentence(reason) for reason in refused.reasons], pasted=pasted)


def _shown(rows: list[ContactRow], **told: Any) -> str:
    plan = bureaus.examine_contacts(rows, giver=reach.giver())
    signed = sheets.sign("contacts", 0, rows, plan.mark) if plan.does_something and not plan.problems else ""
    return _page(plan=plan, signed=signed, **told)


@blueprint.post("/admin/people/import/confirm")
@policy(*reach.ROLES)
def import_contacts() -> ResponseReturnValue:
    """Take on exactly those who were shown, and show their first passwords on this one page.

    Sent again, it finds everybody there and changes nothing; the passwords are then not shown again.
    """
    now = clock.now()
    try:
        _place, rows, mark = sheets.signed_rows("contacts", ContactRow)
        passwords = bureaus.prepare(rows)
        end_reading()
        with unit_of_work():
            giver = reach.giver()
            unchanged = bureaus.examine_contacts(rows, giver=giver).mark == mark
            newcomers: list[bureaus.Newcomer] = []
            appointed = 0
            if unchanged:
                inviter = queries.by_ids(reach.roots())[reach.roots()[0]]
                newcomers, appointed = bureaus.import_contacts(
                    rows, passwords, giver=giver, inviter=inviter, actor=person().actor, now=now
                )
    except Refused as refused:
        return _page(reasons=[reason_sentence(reason) for reason in refused.reasons])
    if not unchanged:
        return _shown(rows, moved=True)
    return render_template("admin/newcomers.html", newcomers=newcomers, appointed=appointed)
