"""The letters that left in the name of my bureau, and what can be done about those that did not arrive."""

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField

from reporting.bureaus.rules import Role
from reporting.core import clock
from reporting.core.db import unit_of_work
from reporting.core.errors import NotFound, Refused
from reporting.core.kit import kit
from reporting.outbox import queries, rules
from reporting.outbox import service as outbox
from reporting.web import words
from reporting.web.desk import blueprint
from reporting.web.fields import one_line
from reporting.web.guards import person, policy

PER_PAGE = 50
KINDS = ("reminder", "receipt", "returned", "accepted", "extension", "digest", "welcome")
# The letter's own page: its styles stand in its elements, and nothing in it may run, load or lead this window away.
LETTER_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'; sandbox"


class AddressForm(FlaskForm):
    """Where a letter that did not arrive should go instead."""

    address = StringField(_l("更正后的邮箱地址"), filters=[one_line])


def _mine() -> list[int]:
    return person().bureaus_as(Role.COORDINATOR)


def _letter(letter_id: int) -> Any:
    found = queries.find(letter_id, organiser_ids=_mine())
    if found is None:
        raise NotFound
    return found


@blueprint.get("/desk/letters")
@policy(Role.COORDINATOR)
def letters() -> ResponseReturnValue:
    """The letters by state, newest first."""
    state = request.args.get("state", "")
    kind = request.args.get("kind", "")
    page = max(1, request.args.get("page", 1, type=int))
    state, kind = (state if state in set(rules.State) else ""), (kind if kind in KINDS else "")
    found = queries.page(
        state=state or None, kind=kind or None, organiser_ids=_mine(), offset=(page - 1) * PER_PAGE, limit=PER_PAGE
    )
    return render_template(
        "desk/letters.html",
        letters=found,
        counts=queries.counts_by_state(organiser_ids=_mine()),
        state=state,
        kind=kind,
        kinds=KINDS,
        page=page,
        pages=max(1, -(-found.total // PER_PAGE)),
        zone=kit().settings.default_zone,
    )


@blueprint.get("/desk/letters/<int:letter_id>")
@policy(Role.COORDINATOR)
def letter(letter_id: int) -> ResponseReturnValue:
    """One letter: as it was sent, what became of it, and what can be done."""
    return _show(_letter(letter_id), AddressForm())


def _show(found: Any, form: AddressForm) -> str:
    if not form.is_submitted():
        form.address.data = found.to_address
    return render_template(
        "desk/letter.html",
        letter=found,
        form=form,
        may_resend=rules.may_resend(found.state),
        may_correct=rules.may_correct(found.state),
        zone=kit().settings.default_zone,
    )


@blueprint.get("/desk/letters/<int:letter_id>/content")
@policy(Role.COORDINATOR)
def letter_content(letter_id: int) -> ResponseReturnValue:
    """The letter as its reader sees it, alone in a frame in which nothing can run."""
    found = _letter(letter_id)
    if not found.html:
        raise NotFound
    return Response(found.html, mimetype="text/html", headers={"Content-Security-Policy": LETTER_POLICY})


@blueprint.post("/desk/letters/<int:letter_id>/resend")
@policy(Role.COORDINATOR)
def resend_letter(letter_id: int) -> ResponseReturnValue:
    """Send a letter again; of one that went already a copy goes, once."""
    try:
        with unit_of_work():
            _letter(letter_id)
            sent_id = outbox.resend(letter_id, actor=person().actor, now=clock.now())
    except Refused as refused:
        for reason in refused.reasons:
            flash(words.reason_sentence(reason), "danger")
        sent_id = letter_id
    else:
        flash(_("信件已重新排队，将在一分钟左右发出。"), "success")
    return redirect(url_for("desk.letter", letter_id=sent_id), 303)


@blueprint.post("/desk/letters/<int:letter_id>/address")
@policy(Role.COORDINATOR)
def correct_letter(letter_id: int) -> ResponseReturnValue:
    """Send a letter that did not arrive to another address."""
    form = AddressForm()
    try:
        with unit_of_work():
            _letter(letter_id)
            outbox.correct_address(letter_id, form.address.data or "", actor=person().actor, now=clock.now())
    except Refused as refused:
        form.validate()
        form.address.errors = [words.reason_sentence(reason) for reason in refused.reasons]
        return _show(_letter(letter_id), form), 422
    flash(_("地址已更正，信件已重新排队。该人员的账号地址没有改动，需要时请在“人员”中更正。"), "success")
    return redirect(url_for("desk.letter", letter_id=letter_id), 303)
