"""A cast and its reporter, for the bureau's pages."""

import pytest

from tests.cast import Cast, make_cast
from tests.web.bureau.desk import Desk


@pytest.fixture
def cast(app) -> Cast:
    """An opened campaign with people in it."""
    return make_cast()


@pytest.fixture
def desk(app, cast) -> Desk:
    """Hebei's reporter before Hebei's report."""
    return Desk(app, cast.user("Q-HE"), cast.assignment("Q-HE").id)
