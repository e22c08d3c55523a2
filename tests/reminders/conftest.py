"""The cast on an empty database."""

import pytest
from flask import Flask

from tests.cast import Cast, make_cast


@pytest.fixture
def cast(app: Flask) -> Cast:
    """The opened campaign of 2014 with five bureaus."""
    return make_cast()
