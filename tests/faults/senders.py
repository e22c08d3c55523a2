"""A process that starts senders which may be killed: it imports once and forks for each, so a kill costs little.

Run as `python -m tests.faults.senders` with a Settings as JSON on the first line of its input; every further line
starts one sender, whose process id is printed.
"""

import json
import os
import sys
from pathlib import Path

from flask import Flask

from config import Settings
from reporting import create_app, posting
from reporting.core.kit import kit
from tests.sample_letters import KINDS


def send(app: Flask) -> None:
    """One run of the post, in this process."""
    with app.app_context():
        posting.deliver_letters(kit(), {})


def main() -> None:
    """Fork a sender for each line, and wait for it to end, however it ends."""
    told = json.loads(sys.stdin.readline())
    app = create_app(Settings(**told | {"uploads_dir": Path(told["uploads_dir"])}))
    with app.app_context():
        kit().letters.write("welcome", KINDS["welcome"], language="zh_Hans_CN")  # compiles the templates once for all
    print("ready", flush=True)
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            status = 1
            try:
                send(app)
                status = 0
            finally:
                os._exit(status)
        print(child, flush=True)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()
