"""A scanner that speaks clamd's words on a socket of its own, for tests that are about what follows from them."""

import socket
import struct
import threading
from contextlib import suppress

from tests.files.hostile import EICAR


class Scanner:
    """Knows one virus. `away` hangs up at once; `seen` counts the files that were sent whole."""

    def __init__(self) -> None:
        self.away = False
        self.seen = 0
        self._server = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._server.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                line, _ = self._server.accept()
                with line, suppress(OSError, struct.error):
                    if not self.away:
                        self._answer(line)

    def _answer(self, line: socket.socket) -> None:
        with line.makefile("rb") as file:
            command = file.read(len(b"zINSTREAM\0"))
            if command.startswith(b"zVERSION"):
                return
            content = b""
            while length := struct.unpack(">I", file.read(4))[0]:
                content += file.read(length)
        self.seen += 1
        line.sendall(b"stream: Eicar FOUND\0" if EICAR in content else b"stream: OK\0")

    def close(self) -> None:
        """Stop listening."""
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join(5)
