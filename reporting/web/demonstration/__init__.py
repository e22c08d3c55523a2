"""Door: what only the demonstration has. Its clock is moved here, and its letters can be read."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from reporting import jobs
from reporting.campaigns import queries as campaigns
from reporting.core import clock
from reporting.core.db import end_reading
from reporting.core.errors import NotFound
from reporting.core.kit import kit
from reporting.web.demonstration.mailbox import Mailbox, Opened
from reporting.web.guards import policy
from reporting.web.words import moment_words

blueprint = Blueprint("demonstration", __name__, url_prefix="/demonstration")

LETTERS_A_PAGE = 50
MORNING = time(9, 30)
# A letter is shown inside a frame of our own page; it may open its link, and nothing else.
LETTER_POLICY = (
    "sandbox allow-top-navigation-by-user-activation; default-src 'none'; style-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)


@blueprint.get("/mailbox")
@policy("anyone")
def mailbox() -> ResponseReturnValue:
    """Every letter that has left, newest first."""
    address = request.args.get("to", "").strip()[:254]
    page = max(request.args.get("page", 1, type=int), 1)
    found = _mailbox().page(address=address, offset=(page - 1) * LETTERS_A_PAGE, limit=LETTERS_A_PAGE)
    return render_template(
        "demonstration/mailbox.html",
        letters=found.headings,
        total=found.total,
        page=page,
        pages=max(-(-found.total // LETTERS_A_PAGE), 1),
        to=address,
        zone=kit().settings.default_zone,
    )


@blueprint.get("/mailbox/<name>")
@policy("anyone")
def letter(name: str) -> ResponseReturnValue:
    """One letter, as HTML and as text."""
    return render_template("demonstration/letter.html", letter=_letter(name), zone=kit().settings.default_zone)


@blueprint.get("/mailbox/<name>/html")
@policy("anyone")
def letter_html(name: str) -> ResponseReturnValue:
    """The HTML side alone, for the frame; it can run nothing and fetch nothing."""
    # The link would otherwise open inside the frame, where no page of ours may be shown.
    html = _letter(name).html.replace("<head>", '<head><base target="_top">', 1)
    return Response(html, mimetype="text/html", headers={"Content-Security-Policy": LETTER_POLICY})


@blueprint.post("/forward")
@policy("anyone")
def forward() -> ResponseReturnValue:
    """Move the demonstration's time forward, and do at once what the clock does."""
    now = clock.now()
    target = _target(request.form.get("step", ""), now)
    if target is None or target <= now:
        flash(_("没有拨动时间：当前没有可拨到的截止时间，或该时间已经过去。"), "warning")
        return _back()
    clock.OffsetClock(kit().settings.clock_file).move_to(target)
    jobs.tick(kit())
    flash(_("演示时间现在是 %(moment)s。", moment=moment_words(clock.now(), kit().settings.default_zone)), "info")
    return _back()


def _target(step: str, now: datetime) -> datetime | None:
    """The moment to which a step leads, or None when there is none."""
    if step == "hour":
        return now + timedelta(hours=1)
    if step == "day":
        return now + timedelta(days=1)
    due = campaigns.next_due(now)
    zone = ZoneInfo(campaigns.next_due_zone(now) or kit().settings.default_zone)
    end_reading()
    if due is None:
        return None
    if step == "before-deadline":
        return due - timedelta(minutes=1)
    if step == "morning-after":
        return morning_after(due, zone)
    return None


def morning_after(due: datetime, zone: ZoneInfo) -> datetime:
    """Half past nine on the first morning after a deadline, when the letters of nine o'clock have left."""
    local = due.astimezone(zone)
    same_day = datetime.combine(local.date(), MORNING, tzinfo=zone)
    return same_day if same_day > local else same_day + timedelta(days=1)


def _mailbox() -> Mailbox:
    folder = kit().settings.mailbox_dir
    if folder is None:
        raise NotFound
    return Mailbox(folder)


def _letter(name: str) -> Opened:
    found = _mailbox().read(name)
    if found is None:
        raise NotFound
    return found


def _back() -> ResponseReturnValue:
    """The page from which the bar was used, when it is one of ours."""
    came_from = request.referrer or ""
    ours = request.host_url
    return redirect(came_from if came_from.startswith(ours) else url_for("public.start"))
