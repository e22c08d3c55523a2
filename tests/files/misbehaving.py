"""Tasks for the child that do what an exploited decoder would: each must be stopped, or find nothing."""

import os
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path


def spin(_arguments):
    while True:
        pass


def sleep(_arguments):
    time.sleep(3600)


def allocate(arguments):
    kept = bytearray(arguments["bytes"])
    for at in range(0, len(kept), 4096):
        kept[at] = 1
    return {"bytes": len(kept)}


def recurse(_arguments):
    return recurse(_arguments)


def tried(attempt):
    """What an attempt ended in: the name of its error, or what it gave."""
    try:
        return str(attempt())
    except OSError as error:
        return type(error).__name__


def fork(_arguments):
    return {"fork": tried(os.fork), "spawn": tried(lambda: subprocess.run(["/bin/true"]).returncode)}


def thread(_arguments):
    done = []
    one = threading.Thread(target=lambda: done.append("ran"))
    one.start()
    one.join()
    return {"thread": done}


def write(arguments):
    """Into a new file, over an existing one, through its descriptor, and over its name."""
    target = Path(arguments["existing"])
    return {
        "new": tried(lambda: target.with_name("new").write_bytes(b"x")),
        "over": tried(lambda: target.write_bytes(b"x")),
        "append": tried(lambda: target.open("ab")),
        "remove": tried(target.unlink),
        "rename": tried(lambda: target.rename(target.with_name("renamed"))),
        "folder": tried(target.with_name("folder").mkdir),
        "link": tried(lambda: target.with_name("link").symlink_to("/etc/passwd")),
        "cut": tried(lambda: os.truncate(target, 0)),
        "mode": tried(lambda: target.chmod(0o777)),
        "descriptor": tried(lambda: os.write(arguments["files"]["content"], b"x")),
    }


def write_much(arguments):
    """Up to what it may write and beyond, into a file that it may write."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    written = 0
    with Path(arguments["target"]).open("wb", buffering=0) as file:
        try:
            for _ in range(64):
                written += file.write(bytes(1 << 20))
        except OSError as error:
            return {"written": written, "error": type(error).__name__}
    return {"written": written, "error": ""}


def call(arguments):
    """Reach for a server of this machine and of another."""

    def connect(place):
        with socket.create_connection(place, timeout=2):
            return "connected"

    return {
        "here": tried(lambda: connect(("127.0.0.1", arguments["port"]))),
        "pair": tried(socket.socketpair),
        "unix": tried(lambda: socket.socket(socket.AF_UNIX)),
    }


def signal_parent(_arguments):
    return {"kill": tried(lambda: os.kill(os.getppid(), 0)), "self": tried(lambda: signal.raise_signal(0))}


def environment(_arguments):
    return {"names": sorted(os.environ), "descriptors": sorted(int(name) for name in os.listdir("/proc/self/fd"))}


def chatter(_arguments):
    return {"words": "x" * (3 << 20)}


def die(_arguments):
    os.abort()


def nonsense(_arguments):
    os.write(1, b"this is no answer")
    os._exit(0)


def read_content(arguments):
    with os.fdopen(arguments["files"]["content"], "rb") as file:
        return {"content": file.read().decode()}
