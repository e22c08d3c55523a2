"""People at the desk of headquarters, and a task with one bureau for each way of standing."""

from dataclasses import dataclass
from typing import Any

import pytest

from reporting.core.db import unit_of_work
from tests import crowd
from tests.fixtures.application import Client


@dataclass
class Room:
    """The desk: its people by role, the task, and the assignments in the order of the roster."""

    app: Any
    people: dict[str, Any]
    task_id: int
    assignment_ids: list[int]

    def as_(self, role: str) -> Client:
        """A browser in which this person is signed in."""
        return self.app.test_client().sign_in(self.people[role])


@pytest.fixture
def furnish(app):
    """Make the room with these histories."""

    def make(histories, **dates) -> Room:
        with unit_of_work():
            task = crowd.task(**dates)
            bureaus = crowd.bureaus(len(histories))
            ids = crowd.assignments(task, bureaus)
            crowd.hand_in(task, ids, histories)
            headquarters = crowd.organiser().id
            people = {role: crowd.person(role, headquarters) for role in ("coordinator", "reviewer", "leader")}
            people["english"] = crowd.person("coordinator", headquarters, email="en@example.cn", language="en")
            stranger = crowd.bureaus(1)[0]
            people["stranger"] = crowd.person("coordinator", stranger)
            if bureaus:
                people["reporter"] = crowd.person("reporter", bureaus[0], name="李敏")
        return Room(app, people, task.id, ids)

    return make
