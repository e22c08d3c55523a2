"""Whether the floor stands."""

from sqlalchemy import text

from reporting.core.db import db


def ask_database() -> None:
    """Read one value; raises whatever the database raises when it does not answer."""
    db.session.execute(text("select 1")).scalar_one()
