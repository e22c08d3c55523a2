"""The mail server of the demonstration: takes every letter on 127.0.0.1 and keeps it as a file; sends nothing on.

Run it as `python -m reporting.sink --port 2525 --dir instance/mailbox`; it ends by SIGTERM or Ctrl-C.
"""

import argparse
import asyncio
import signal
from pathlib import Path
from secrets import token_hex

from aiosmtpd.smtp import SMTP, Envelope, Session

from reporting.core.clock import system_clock

HOST = "127.0.0.1"
LARGEST_LETTER_BYTES = 32 * 1024**2


class Keeper:
    """Keeps what the server takes: one file a letter, its name in order of arrival."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep the letter, then take responsibility for it with 250."""
        content = envelope.content
        if not isinstance(content, bytes):
            return "554 no content"
        # What a mail server writes on top when it delivers: who it was for, whatever the headers say.
        stamp = "".join(f"Delivered-To: {address}\r\n" for address in envelope.rcpt_tos).encode("ascii", "replace")
        # The host's time, not the demonstration's: names must stand in the order of arrival.
        name = f"{system_clock():%Y%m%dT%H%M%S%f}-{token_hex(4)}"
        draft = self.folder / f"{name}.new"
        draft.write_bytes(stamp + content)
        draft.rename(self.folder / f"{name}.eml")
        return "250 kept"


async def serve(port: int, folder: Path) -> None:
    """Take letters until the process is told to end; raises OSError when the port is taken."""
    loop = asyncio.get_running_loop()
    over = asyncio.Event()
    for ending in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(ending, over.set)
    keeper = Keeper(folder)
    server = await loop.create_server(
        lambda: SMTP(keeper, data_size_limit=LARGEST_LETTER_BYTES, hostname="localhost", loop=loop), HOST, port
    )
    async with server:
        await over.wait()


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m reporting.sink", description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="port on 127.0.0.1")
    parser.add_argument("--dir", type=Path, required=True, help="folder for the letters")
    chosen = parser.parse_args()
    asyncio.run(serve(chosen.port, chosen.dir))


if __name__ == "__main__":
    main()
