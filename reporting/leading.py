"""Which of several schedulers leads: it alone does the chores that judge and write letters; the rest stand by.

Every chore is safe to do twice, by the unique keys of what it writes. The lease keeps the others from doing the same work, and a
process that was paused from going on with what somebody else has done meanwhile.
"""

import os
import secrets
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from reporting.core import lease
from reporting.core.db import unit_of_work

NAME = "clock"
# A leader renews its lease at least this often; when it is silent for three times as long another takes over.
RENEWED_SECONDS = 5
SILENCES = 3


def renewed_seconds(tick_seconds: int) -> int:
    """How often a leader renews: at every tick, or more often where ticks are far apart."""
    return min(tick_seconds, RENEWED_SECONDS)


def _name_of_process() -> str:
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"


@dataclass
class Candidate:
    """One scheduler, which leads or stands by."""

    every_seconds: int = RENEWED_SECONDS
    holder: str = field(default_factory=_name_of_process)

    def renew(self) -> int | None:
        """Take or renew the lease; gives the term, None while another leads."""
        with unit_of_work():
            return lease.take(NAME, self.holder, lasting=SILENCES * timedelta(seconds=self.every_seconds))

    def led(self, work: Callable[[Callable[[], None]], Any]) -> bool:
        """Do a chore if this one leads; False when it stands by, or has lost its term in the midst of the work."""
        term = self.renew()
        if term is None:
            return False
        try:
            work(lambda: lease.hold(NAME, self.holder, term))
        except lease.LeaseLost:
            return False
        return True

    def step_down(self) -> None:
        """Let another take over at once."""
        with unit_of_work():
            lease.give_back(NAME, self.holder)
