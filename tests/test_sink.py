"""The demonstration's mail server, as a process of its own."""

import email
import email.policy
import signal
import smtplib
import socket
import subprocess
import sys
import time

import pytest

from tests.fixtures.database import ROOT
from tests.fixtures.network import forbid_smtp, permit_smtp
from tests.fixtures.ports import unused_port


@pytest.fixture
def server(tmp_path):
    port = unused_port()
    line = [sys.executable, "-m", "reporting.sink", "--port", str(port), "--dir", tmp_path / "mailbox"]
    process = subprocess.Popen(line, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    permit_smtp(port)
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            break
        except ConnectionRefusedError:
            time.sleep(0.05)
    process.port = port
    yield process
    forbid_smtp(port)
    process.send_signal(signal.SIGTERM)
    said, _ = process.communicate(timeout=10)
    assert process.returncode == 0
    assert said == b"", "it says nothing"


def test_it_keeps_each_letter_as_it_came_with_its_recipients(server, tmp_path):
    raw = b"Subject: =?utf-8?B?5rKz5YyX?=\r\n\r\n.\r\n..two\r\nbody\r\n"
    with smtplib.SMTP("127.0.0.1", server.port) as line:
        line.sendmail("baosong@hq.test", ["a@x.test", "b@x.test"], raw)
        line.sendmail("baosong@hq.test", ["c@x.test"], raw)
    first, second = sorted((tmp_path / "mailbox").iterdir())
    assert first.read_bytes() == b"Delivered-To: a@x.test\r\nDelivered-To: b@x.test\r\n" + raw
    assert second.read_bytes() == b"Delivered-To: c@x.test\r\n" + raw
    assert email.message_from_bytes(first.read_bytes(), policy=email.policy.default)["subject"] == "河北"
    assert {path.suffix for path in (first, second)} == {".eml"}


def test_it_listens_on_this_machine_only(server):
    told = subprocess.run(["cat", "/proc/net/tcp", "/proc/net/tcp6"], capture_output=True, text=True).stdout
    ours = [line.split()[1] for line in told.splitlines() if f":{server.port:04X} " in line.split("rem")[0][:40]]
    listening = {address.partition(":")[0] for address in ours}
    assert listening == {"0100007F"}, "127.0.0.1 as the kernel writes it"
