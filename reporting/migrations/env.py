"""How migrations reach the database: through the application that runs them, on its own engine."""

from alembic import context
from flask import current_app

from reporting.core.db import db


def include_object(_object, _name, kind, reflected, compare_to):
    """Pass over tables that our metadata does not know, such as a search index's own."""
    return not (kind == "table" and reflected and compare_to is None)


def run() -> None:
    """Run in one transaction; SQLite alters tables by copying them."""
    # SQLite checks foreign keys at once while a table is copied, so they rest during a migration.
    with db.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("pragma foreign_keys=off")
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            render_as_batch=True,
            compare_type=True,
            include_object=include_object,
            user_module_prefix="types.",
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


assert current_app  # noqa: S101 - without an application there is no database to speak of
run()
