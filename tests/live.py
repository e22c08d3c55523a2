"""What gunicorn loads in the server that browser journeys talk to: `gunicorn "tests.live:serve()"`."""

from flask import Flask

from config import Settings
from reporting import create_app


def serve() -> Flask:
    """The application with the settings of the environment, as an installation builds it."""
    return create_app(Settings.from_env())
