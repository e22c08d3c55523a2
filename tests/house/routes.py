"""Every route with its policy. `make routes` writes routes.txt anew; read the difference before committing it."""

import tempfile
from pathlib import Path

from flask import Flask
from werkzeug.routing import Rule

from tests.fixtures.application import create, settings_for

TABLE = Path(__file__).with_name("routes.txt")
HEAD = "# Address, methods and policy of every route; written by `make routes`, and read by whoever reviews a change.\n"


def whole_application(folder: Path) -> Flask:
    """The application with every page it can have: the demonstration's too. It never touches a database."""
    return create(
        settings_for(
            f"sqlite:///{folder / 'never-made.sqlite3'}",
            folder,
            mode="demonstration",
            clock_file=folder / "clock",
            mailbox_dir=folder / "mailbox",
        )
    )


def lines(app: Flask) -> list[str]:
    """One line for each route, in the order of their addresses."""
    return sorted(line(app, rule) for rule in app.url_map.iter_rules())


def line(app: Flask, rule: Rule) -> str:
    """`/address GET,POST policy|policy`."""
    from reporting.web import guards

    declared = guards.policy_of(app, rule.endpoint)
    return f"{rule.rule} {methods(rule)} {'|'.join(declared) if declared else 'UNDECLARED'}"


def methods(rule: Rule) -> str:
    """The methods which a person may use."""
    return ",".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))


def known() -> list[str]:
    """The table as it stands."""
    return [text for text in TABLE.read_text(encoding="utf-8").splitlines() if text and not text.startswith("#")]


def write() -> None:
    """Write the table from the application."""
    with tempfile.TemporaryDirectory() as folder:
        found = lines(whole_application(Path(folder)))
    TABLE.write_text(HEAD + "\n".join(found) + "\n", encoding="utf-8")
    print(f"{len(found)} routes are in {TABLE.name}.")


if __name__ == "__main__":
    write()
