"""The programs that make something of a file: each runs in a session of its own, and ends when its maker does or sooner."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_lock = threading.Lock()
_held: set[int] = set()


@contextmanager
def on_leash(session: int) -> Iterator[None]:
    """While the block runs, `end_makers` may end this session of processes; afterwards none of it is left."""
    with _lock:
        _held.add(session)
    try:
        yield
    finally:
        with _lock:
            _held.discard(session)
            end(session)


def end_makers() -> None:
    """End whatever makes something of a file in this process now; whoever waits for it hears that it died."""
    with _lock:
        for session in _held:
            end(session)


def end(session: int) -> None:
    """End a whole session, also when only something that its leader started is left of it."""
    with suppress(ProcessLookupError):
        os.killpg(session, signal.SIGKILL)
