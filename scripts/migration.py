"""Write a migration from the difference between the newest migration and the models.

python -m scripts.migration "add the sign-off to tasks"

It works on a database of its own, so that what this machine keeps stays as it is. Read what comes out: Alembic sees
columns and constraints, but neither what a change means nor what becomes of the rows.
"""

import sys
import tempfile
from pathlib import Path

from flask_migrate import migrate, upgrade

from config import ROOT, Settings
from reporting import create_app

FOLDER = str(ROOT / "reporting" / "migrations")


def main(arguments: list[str]) -> int:
    """Write the file; gives the exit code."""
    if not arguments or not arguments[0].strip():
        print('Say what it does: make migration MESSAGE="add the sign-off to tasks"', file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(_settings(Path(folder)))
        with app.app_context():
            upgrade(directory=FOLDER)
            migrate(directory=FOLDER, message=arguments[0].strip())
    return 0


def _settings(folder: Path) -> Settings:
    return Settings(
        mode="test",
        secret_key="no page is served",
        password_salt="no password is kept",
        database_url=f"sqlite:///{folder / 'empty.sqlite3'}",
        uploads_dir=folder / "uploads",
        public_base_url="https://baosong.test",
        mail_from="baosong@hq.test",
        smtp_host="127.0.0.1",
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
