"""A server with nothing but the streaming request, for tests that speak to it by raw sockets.

`python -m tests.web.upload_server FOLDER PORT gunicorn|werkzeug`; `bare/` is the same without our request class.
"""

import os
import sys
from functools import partial
from pathlib import Path
from typing import Any

from flask import Flask, request
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from reporting.core.kit import Kit
from reporting.core.vault import Vault, VaultFull
from reporting.web import streaming
from reporting.web.serving import send_kept

MOST_BYTES = 64 << 20


class Streaming(Flask):
    request_class = streaming.StreamingRequest


def make_app(folder: Path) -> Flask:
    """Two pages that take a form, one of them with large files; errors are told in one word."""
    app = Streaming("upload_server")
    app.config.update(MAX_CONTENT_LENGTH=MOST_BYTES, MAX_FORM_MEMORY_SIZE=2 << 20, MAX_FORM_PARTS=2000)
    kit: Any = {"settings": None, "letters": None, "post": None}
    app.extensions["kit"] = Kit(vault=Vault(folder), **kit)
    app.add_url_rule("/files", "files", streaming.accepts_files(partial(take_form)), methods=["POST"])
    app.add_url_rule("/plain", "plain", take_form, methods=["POST"])
    app.add_url_rule("/fails", "fails", streaming.accepts_files(fail), methods=["POST"])
    app.add_url_rule("/kept/<key>", "kept", kept, methods=["GET"])
    app.add_url_rule("/alive", "alive", alive)
    app.register_error_handler(streaming.RequestCut, lambda _error: ("cut", 400))
    app.register_error_handler(VaultFull, lambda _error: (f"full {len(request.form)}", 507))
    app.register_error_handler(413, lambda _error: (f"large {len(request.form)} {len(request.files)}", 413))
    return app


def take_form() -> dict[str, Any]:
    """Tell what arrived; with `?keep=1` keep it."""
    vault = request_vault()
    arrived = [
        {
            "name": name,
            "size": staging.size,
            "sha256": vault.keep(staging) if "keep" in request.args else staging.finish(),
        }
        for staging, name in streaming.staged(request.files.getlist("file"))
    ]
    staged = len(os.listdir(vault.root / "staging"))
    return {"form": request.form.to_dict(flat=False), "files": arrived, "staged": staged}


def fail() -> str:
    """A view that meets a fault of its own after the files have arrived."""
    raise RuntimeError(f"{len(request.files)} files arrived")


def kept(key: str) -> Any:
    """One kept file as a film."""
    return send_kept(request_vault(), key, "启动仪式.mp4", "video/mp4", inline=True)


def alive() -> dict[str, Any]:
    """The highest memory use of this process in KiB, and the bytes it has written."""
    status = Path("/proc/self/status").read_text()
    io = Path("/proc/self/io").read_text()
    return {
        "peak": int(status.partition("VmHWM:")[2].split()[0]),
        "written": int(io.partition("wchar:")[2].split()[0]),
        "staged": len(os.listdir(request_vault().root / "staging")),
    }


def request_vault() -> Vault:
    """The vault of the running app."""
    return streaming.kit().vault


def bare() -> Flask:
    """What Flask does by itself with the same form."""
    app = Flask("bare")
    app.add_url_rule(
        "/files", "files", lambda: {"form": request.form.to_dict(), "files": len(request.files)}, methods=["POST"]
    )
    return app


def application() -> Any:
    """What gunicorn loads."""
    streaming.SILENCE_SECONDS = float(os.environ.get("TEST_SILENCE", "30"))
    return DispatcherMiddleware(make_app(Path(os.environ["TEST_FOLDER"])), {"/bare": bare()})


if __name__ == "__main__":
    from werkzeug.serving import run_simple

    run_simple("127.0.0.1", int(sys.argv[1]), application(), threaded=True)
