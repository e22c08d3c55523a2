"""3,200 letters through the sink, against bare smtplib on one connection composing the same messages.

Run as `python -m benchmarks.letters [count]`. Both sides send the same reminders, one after another, from a process of
their own to the same sink; each is measured three times, in turn. The floor does what a script would do: it fills the same
templates, builds each message with the standard library and hands it to `smtplib`. Ours also claims the letters,
keeps what is sent, and commits before and after every text.
"""

import json
import resource
import smtplib
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 3
AIM = 2
COMMON: dict[str, Any] = {
    "organiser": {"name": "国家质检总局", "contact": "王处长", "phone": "010-82260000"},
    "campaign": {"title": "2014年全国“质量月”活动", "document_number": "国质检质联〔2014〕432号"},
    "reason_code": "reporter",
    "link": "assignment:7",
    "zone": "Asia/Shanghai",
    "step": "before",
}


def facts(number: int) -> dict[str, Any]:
    """The facts of one reminder."""
    duty = {
        "bureau": f"第{number}质监局",
        "task": "活动总结",
        "due_at": "2014-10-15T16:00:00+00:00",
        "cutoff_at": "2014-10-31T16:00:00+00:00",
        "days_left": 2,
        "late_days": 0,
        "workdays_left": 2,
        "workdays_estimated": False,
        "media_until": None,
        "owed": ["photos", "videos"],
        "in": ["summary"],
        "on_the_way": [],
        "lapsed": [],
    }
    return COMMON | {"person": f"第{number}人", "duties": [duty]}


def address(number: int) -> str:
    """To whom it goes."""
    return f"reporter{number}@bureau.test"


def application(folder: Path, port: int) -> Any:
    """The application on an empty SQLite database of its own."""
    from config import Settings
    from reporting import create_app
    from reporting.core.db import db

    settings = Settings(
        mode="test",
        secret_key="s" * 40,
        password_salt="p" * 40,
        database_url=f"sqlite:///{folder / 'letters.sqlite3'}",
        uploads_dir=folder,
        public_base_url="https://baosong.test",
        mail_from="baosong@hq.test",
        smtp_host="127.0.0.1",
        smtp_port=port,
        smtp_security="none",
    )
    app = create_app(settings)
    with app.app_context():
        db.create_all()
    return app


def ours(app: Any, count: int) -> float:
    """Seconds from the first claim to the last commit."""
    from reporting import posting
    from reporting.core import clock
    from reporting.core.db import unit_of_work
    from reporting.core.kit import kit
    from reporting.outbox import service
    from reporting.outbox.rules import Recipient

    with app.app_context():
        with unit_of_work():
            for number in range(count):
                to = Recipient(address(number), f"第{number}人", "zh_Hans_CN")
                service.put("reminder", f"reminder:{number}", to=to, facts=facts(number), now=clock.now())
        kit().letters.write("reminder", facts(0), language="zh_Hans_CN")
        begun = time.perf_counter()
        found = posting.deliver_letters(kit(), {}, limit=count)
        spent = time.perf_counter() - begun
    if found.states != {"sent": count}:
        raise RuntimeError(f"not all letters were sent: {found}")
    return spent


def floor(app: Any, count: int) -> float:
    """Seconds for the same letters by hand."""
    from reporting.core.kit import kit

    with app.app_context():
        letters = kit().letters
        letters.write("reminder", facts(0), language="zh_Hans_CN")
        begun = time.perf_counter()
        with smtplib.SMTP(kit().settings.smtp_host, kit().settings.smtp_port, timeout=30) as line:
            for number in range(count):
                letter = letters.write("reminder", facts(number), language="zh_Hans_CN")
                message = MIMEMultipart("alternative")
                message["Subject"] = letter.subject
                message["From"] = "baosong@hq.test"
                message["To"] = address(number)
                message.attach(MIMEText(letter.text, "plain", "utf-8"))
                message.attach(MIMEText(letter.html, "html", "utf-8"))
                line.sendmail("baosong@hq.test", [address(number)], message.as_string())
        return time.perf_counter() - begun


@contextmanager
def sink(folder: Path) -> Any:
    """The demonstration's mail server in a process of its own; gives its port."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen([sys.executable, "-m", "reporting.sink", "--port", str(port), "--dir", folder], cwd=ROOT)
    try:
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except ConnectionRefusedError:
                time.sleep(0.05)
        yield port
    finally:
        server.terminate()
        server.wait(10)


def one(side: str, count: int, port: int) -> dict[str, float]:
    """Run one side in a process of its own; gives its seconds and its peak memory in MB."""
    line = [sys.executable, "-m", "benchmarks.letters", "--side", side, str(count), str(port)]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-4000:])
    measured: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return measured


def child(side: str, count: int, port: int) -> None:
    """What a side's process does."""
    with tempfile.TemporaryDirectory(prefix="letters") as folder:
        app = application(Path(folder), port)
        seconds = {"ours": ours, "floor": floor}[side](app, count)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "peak": peak}))


def run(count: int = 3200) -> int:
    """Measure and print; gives 1 when the aim is missed."""
    sides: dict[str, list[dict[str, float]]] = {"floor": [], "ours": []}
    with tempfile.TemporaryDirectory(prefix="sink") as folder, sink(Path(folder)) as port:
        for _ in range(ROUNDS):
            for side, found in sides.items():
                found.append(one(side, count, port))
        kept = len(list(Path(folder).glob("*.eml")))
    if kept != 2 * ROUNDS * count:
        raise RuntimeError(f"the sink holds {kept} letters instead of {2 * ROUNDS * count}")
    seconds = {side: median(one["seconds"] for one in found) for side, found in sides.items()}
    ratio = seconds["ours"] / seconds["floor"]
    print(f"letters: {count} through the sink, median of {ROUNDS}")
    for side, name in (("floor", "bare smtplib"), ("ours", "outbox")):
        each = seconds[side] / count * 1000
        peak = max(one["peak"] for one in sides[side])
        print(f"  {name:13} {seconds[side]:6.2f} s  {each:5.2f} ms a letter  peak {peak:4.0f} MB")
    print(f"  ratio         {ratio:6.2f}   (aim: at most {AIM})")
    return int(ratio > AIM)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--side"]:
        child(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
    else:
        sys.exit(run(*map(int, sys.argv[1:2])))
