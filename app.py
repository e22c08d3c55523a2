"""Where `flask` and gunicorn find the application."""

from flask import Flask

from config import Settings
from reporting import create_app as build


def create_app() -> Flask:
    """The application with the settings of the environment."""
    return build(Settings.from_env())
