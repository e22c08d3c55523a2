"""Door: what the clock does, by hand; and the first account."""

import secrets
from datetime import timedelta

import click
from flask import Flask

from reporting import checking, jobs
from reporting.accounts import queries as accounts
from reporting.accounts import service as account_service
from reporting.bureaus import queries as bureaus
from reporting.bureaus import service as bureau_service
from reporting.bureaus.rules import Role, RosterRow
from reporting.core import clock
from reporting.core.actor import SYSTEM
from reporting.core.db import unit_of_work
from reporting.core.kit import kit
from reporting.demo import stages
from reporting.files import queries as files
from reporting.files.service.child import run_in_child


def install(app: Flask) -> None:
    """Add the commands to `flask`."""
    for command in (
        sweep,
        remind,
        digest,
        deliver,
        uploads,
        scan,
        check_intake,
        prepare_media,
        tidy,
        tick,
        fsck,
        add_organiser,
        add_person,
        demonstration,
    ):
        app.cli.add_command(command)


@click.command("sweep")
def sweep() -> None:
    """Write the verdict of every deadline that has passed."""
    click.echo(f"{jobs.pulsed('sweep', jobs.sweep)} verdicts written")


@click.command("remind")
def remind() -> None:
    """Put the reminders that are due into the outbox."""
    click.echo(f"{jobs.pulsed('remind', jobs.remind)} reminders queued")


@click.command("digest")
def digest() -> None:
    """Put the organisers' daily digest into the outbox, once a day."""
    click.echo(f"{jobs.pulsed('digest', jobs.digest)} digests queued")


@click.command("deliver")
@click.option("--limit", default=1000, show_default=True, help="How many letters at most.")
def deliver(limit: int) -> None:
    """Send what waits in the outbox."""
    sent = jobs.pulsed("deliver", lambda: jobs.deliver(kit(), limit=limit))
    click.echo(f"{sent} letters sent")


@click.command("scan")
@click.option("--limit", default=200, show_default=True, help="How many files at most.")
def scan(limit: int) -> None:
    """Have the files checked for viruses whose turn it is."""
    click.echo(f"{jobs.scan(kit(), limit=limit)} files checked")


@click.command("check-intake")
def check_intake() -> None:
    """Say how files that come in are held and checked on this machine."""
    walls = run_in_child("reporting.files.service.walls.look", {})
    for name, stands in (("network of its own", walls["own_network"]), ("filter of system calls", walls["filter"])):
        click.echo(f"decoders: {name}: {'yes' if stands else 'NO, this machine does not allow it'}")
    scanner = kit().scanner
    if scanner is None:
        click.echo("virus scanner: none, BAOSONG_CLAMD is not set")
    else:
        click.echo(f"virus scanner: {scanner.version() or f'NO ANSWER from {scanner.address}'}")


@click.command("tidy")
def tidy() -> None:
    """Drop staged and kept files that nobody claimed within a day."""
    click.echo(f"{jobs.tidy(kit())} unclaimed files dropped")


@click.command("uploads")
def uploads() -> None:
    """Finish uploads that are whole, and give up those whose time is over."""
    click.echo(f"{jobs.uploads(kit())} uploads finished or given up")


@click.command("fsck")
@click.option("--quick", is_flag=True, help="Compare sizes only; do not read every kept file through.")
@click.option("--minutes", type=int, help="Pass over what is younger, in place of an hour, and of 25 for files.")
def fsck(quick: bool, minutes: int | None) -> None:
    """Compare the database with the disk; name what does not fit, and end with 1 when something does not.

    What may be in the making is passed over, and what the hourly `tidy` is going to remove.
    """
    count, hour = 0, timedelta(hours=1)
    grace, unclaimed = (hour, checking.UNCLAIMED + hour) if minutes is None else (timedelta(minutes=minutes),) * 2
    for finding in checking.check(
        kit(), host_now=clock.system_clock(), grace=grace, unclaimed=unclaimed, hashes=not quick
    ):
        click.echo(f"{finding.kind}: {finding.subject}")
        count += 1
    if count:
        raise click.ClickException(f"{count} things do not fit together; docs/operations.md says what to do")
    click.echo("database and disk fit together")


@click.command("prepare-media")
@click.option("--limit", default=1000, show_default=True, help="How many pieces of work at most.")
@click.option(
    "--again", is_flag=True, help="Try again what failed or could not be made here before, and make anew what is gone."
)
def prepare_media(limit: int, again: bool) -> None:
    """Make pictures, posters, playable copies, previews and texts of what came in; several may run at a time."""
    if again:
        click.echo(f"{jobs.prepare_again(kit())} to be tried again")
    done = jobs.prepare_media(kit(), limit=limit)
    click.echo(f"{done.made} made, {done.failed} failed")
    if done.lacks_room:
        click.echo("the disk is full, or only its reserve is left: the rest waits for room")
    for (kind, state), count in files.rendition_counts().items():
        click.echo(f"  {kind} {state}: {count}")


@click.command("tick")
def tick() -> None:
    """Do everything the clock does, once; media are prepared by a command of their own, since films take long."""
    jobs.tick(kit())


@click.command("add-organiser")
@click.argument("code")
@click.argument("name_zh")
def add_organiser(code: str, name_zh: str) -> None:
    """Add the bureau that organises, the first row of an empty installation."""
    now = clock.now()
    with unit_of_work():
        row = RosterRow(1, code, name_zh, kind="headquarters")
        bureau_service.import_roster([row], actor=SYSTEM, now=now, today=now.date())
    click.echo(f"{code} is there")


@click.command("add-person")
@click.argument("email")
@click.argument("name")
@click.argument("bureau_code")
@click.argument("role", type=click.Choice([role.value for role in Role]))
def add_person(email: str, name: str, bureau_code: str, role: str) -> None:
    """Add a person with a role at a bureau; prints the first password of a new account."""
    now, password = clock.now(), secrets.token_urlsafe(12)
    with unit_of_work():
        bureau = bureaus.find_by_code(bureau_code)
        if bureau is None:
            raise click.ClickException(f"no bureau has the code {bureau_code}; import the roster or add it first")
        user = accounts.find_by_email(email)
        fresh = user is None
        if user is None:
            user = account_service.add(email, name, password=password, actor=SYSTEM, now=now)
        bureau_service.appoint(user, bureau, role, actor=SYSTEM, now=now)
    click.echo(f"{email} is {role} at {bureau_code}" + (f", first password: {password}" if fresh else ""))


@click.command("demonstration")
@click.argument("stage", type=click.Choice([*stages.STAGES]))
def demonstration(stage: str) -> None:
    """Fill an empty demonstration up to a stage of October 2014."""
    settings = kit().settings
    if not settings.demonstration or settings.clock_file is None:
        raise click.ClickException("this is no demonstration: BAOSONG_MODE must be demonstration")
    moved = clock.OffsetClock(settings.clock_file)
    stages.build(kit(), stage, moved.move_to, lambda line: click.echo(f"  {line}"))
