"""Handing letters to a real SMTP server that answers as it likes."""

import socket
import time
from datetime import UTC, datetime

import pytest

from reporting.core.envelopes import Party, compose
from reporting.core.letters import Letter
from reporting.core.post import (
    DoubtfulDelivery,
    PermanentFailure,
    ServerUnavailable,
    SmtpPost,
    TemporaryFailure,
)
from tests.fixtures.network import forbid_smtp, permit_smtp

NOW = datetime(2014, 10, 13, 1, 0, tzinfo=UTC)


def letter_to(address, text="正文\n.\n..两点\n"):
    return compose(
        Letter("主题", text, "<p>正文</p>"),
        sender=Party("baosong@hq.test", "总局"),
        to=Party(address),
        message_id=f"<{address}>",
        date=NOW,
    )


def post_to(sink, **over):
    return SmtpPost(**({"host": sink.host, "port": sink.port, "sender": "baosong@hq.test", "patience": 5.0} | over))


def nothing():
    """The callback of a test that needs none."""


def send_one(post, address="a@b.test", before_text=nothing):
    with post.connect() as connection:
        return connection.send(letter_to(address), before_text)


def test_a_letter_arrives_with_the_servers_last_words(sink):
    assert send_one(post_to(sink)) == "250 OK"
    assert [letter.recipients for letter in sink.letters] == [["a@b.test"]]
    assert sink.letters[0].sender == "baosong@hq.test"
    assert sink.letters[0].text.splitlines() == ["正文", ".", "..两点"]


def test_many_letters_share_one_connection(sink):
    with post_to(sink).connect() as connection:
        for number in range(20):
            connection.send(letter_to(f"a{number}@b.test"), nothing)
    assert sink.connections == 1
    assert [letter.recipients[0] for letter in sink.letters] == [f"a{number}@b.test" for number in range(20)]


def test_before_text_runs_when_the_server_waits_for_it(sink):
    sink.reply("rcpt", "550 5.1.1 unknown", to="gone@b.test")
    seen = []
    with post_to(sink).connect() as connection:
        with pytest.raises(PermanentFailure):
            connection.send(letter_to("gone@b.test"), lambda: seen.append("refused recipient"))
        connection.send(letter_to("a@b.test"), lambda: seen.append(len(sink.letters)))
    assert seen == [0]


def test_what_before_text_raises_ends_this_letter_only(sink):
    def lost():
        raise LookupError("lease")

    with post_to(sink).connect() as connection:
        with pytest.raises(LookupError):
            connection.send(letter_to("a@b.test"), lost)
        connection.send(letter_to("b@b.test"), nothing)
    assert [letter.recipients for letter in sink.letters] == [["b@b.test"]]


@pytest.mark.parametrize(
    ("phase", "reply", "raised", "told"),
    [
        ("rcpt", "450 4.2.0 greylisted", TemporaryFailure, "450 4.2.0 greylisted"),
        ("rcpt", "550 5.1.1 no such user", PermanentFailure, "550 5.1.1 no such user"),
        ("data", "451 4.3.0 try later", TemporaryFailure, "451 4.3.0 try later"),
        ("data", "554 5.7.1 spam", PermanentFailure, "554 5.7.1 spam"),
        ("mail", "451 4.3.0 not now", ServerUnavailable, "451 4.3.0 not now"),
        ("mail", "550 5.7.1 sender refused", ServerUnavailable, "550 5.7.1 sender refused"),
        ("rcpt", "421 4.3.2 closing", ServerUnavailable, "421 4.3.2 closing"),
        ("data", "421 4.3.2 closing", TemporaryFailure, "421 4.3.2 closing"),
        ("connect", "554 no mail here", ServerUnavailable, "554 no mail here"),
        ("connect", "421 too busy", ServerUnavailable, "421 too busy"),
    ],
)
def test_each_refusal_says_whose_it_is_and_nothing_arrives(sink, phase, reply, raised, told):
    sink.reply(phase, reply)
    with pytest.raises(raised) as caught:
        send_one(post_to(sink))
    assert str(caught.value) == told
    assert type(caught.value) is raised
    assert sink.letters == []


def test_a_refused_letter_leaves_the_connection_usable(sink):
    sink.reply("rcpt", "450 4.2.0 later", to="grey@b.test")
    sink.reply("data", "554 5.7.1 spam", times=1)
    with post_to(sink).connect() as connection:
        with pytest.raises(PermanentFailure):
            connection.send(letter_to("spam@b.test"), nothing)
        with pytest.raises(TemporaryFailure):
            connection.send(letter_to("grey@b.test"), nothing)
        connection.send(letter_to("a@b.test"), nothing)
    assert [letter.recipients for letter in sink.letters] == [["a@b.test"]]
    assert sink.connections == 1


def test_a_server_that_is_down_is_told_at_once(dead_smtp_port):
    with pytest.raises(ServerUnavailable, match="refused"):
        send_one(SmtpPost("127.0.0.1", dead_smtp_port, "baosong@hq.test"))


def test_a_server_that_never_greets_holds_us_no_longer_than_our_patience():
    with socket.create_server(("127.0.0.1", 0)) as mute:
        port = mute.getsockname()[1]
        permit_smtp(port)
        begun = time.monotonic()
        with pytest.raises(ServerUnavailable, match="timed out"):
            send_one(SmtpPost("127.0.0.1", port, "baosong@hq.test", patience=0.2))
        assert time.monotonic() - begun < 1
        forbid_smtp(port)


@pytest.mark.parametrize("phase", ["ehlo", "mail", "rcpt"])
def test_a_silent_server_holds_us_no_longer_than_our_patience(sink, phase):
    sink.delay(phase, 1)
    begun = time.monotonic()
    with pytest.raises(ServerUnavailable, match="timed out"):
        send_one(post_to(sink, patience=0.2))
    assert time.monotonic() - begun < 0.8
    time.sleep(1.2)  # the server wakes and finds the line closed, before it is stopped itself
    assert sink.letters == []


@pytest.mark.parametrize("phase", ["connect", "ehlo", "mail", "rcpt"])
def test_a_line_cut_before_the_text_leaves_no_doubt(sink, phase):
    sink.hang_up(phase)
    with pytest.raises(ServerUnavailable):
        send_one(post_to(sink))
    assert sink.letters == []


def test_a_line_cut_before_the_answer_leaves_doubt(sink):
    sink.hang_up("data", times=1)
    with post_to(sink).connect() as connection:
        with pytest.raises(DoubtfulDelivery):
            connection.send(letter_to("a@b.test"), nothing)
        connection.send(letter_to("b@b.test"), nothing)
    assert [letter.recipients for letter in sink.letters] == [["b@b.test"]]


def test_silence_after_the_final_dot_leaves_doubt(sink):
    sink.delay("data", 1)
    with pytest.raises(DoubtfulDelivery, match="timed out"):
        send_one(post_to(sink, patience=0.2))
    time.sleep(1.2)


def test_a_server_that_closed_between_two_letters_is_dialled_again(sink):
    with post_to(sink).connect() as connection:
        connection.send(letter_to("a@b.test"), nothing)
        sink.hang_up("mail", times=1)
        connection.send(letter_to("b@b.test"), nothing)
        sink.reply("mail", "421 4.3.2 enough for one connection", times=1)
        connection.send(letter_to("c@b.test"), nothing)
    assert [letter.recipients[0] for letter in sink.letters] == ["a@b.test", "b@b.test", "c@b.test"]
    assert sink.connections == 3


def test_a_server_that_goes_for_good_between_two_letters_is_away(sink):
    with post_to(sink).connect() as connection:
        connection.send(letter_to("a@b.test"), nothing)
        sink.hang_up("mail")
        with pytest.raises(ServerUnavailable):
            connection.send(letter_to("b@b.test"), nothing)


# --- TLS and signing in ---


@pytest.mark.parametrize(("tls", "security"), [("starttls", "starttls"), ("smtps", "tls")])
def test_an_untrusted_certificate_is_refused_and_a_trusted_one_taken(make_sink, tmp_path, tls, security):
    sink = make_sink(tls=tls, login=("baosong", "secret word"))
    with pytest.raises(ServerUnavailable, match="CERTIFICATE_VERIFY_FAILED"):
        send_one(post_to(sink, security=security, user="baosong", password="secret word"))
    assert sink.letters == []
    authority = tmp_path / "ca.pem"
    sink.authority.cert_pem.write_to_path(authority)
    trusting = post_to(sink, security=security, ca_file=str(authority), user="baosong", password="secret word")
    assert send_one(trusting) == "250 OK"


def test_a_certificate_for_another_name_is_refused(make_sink, tmp_path):
    sink = make_sink(tls="starttls")
    authority = tmp_path / "ca.pem"
    sink.authority.cert_pem.write_to_path(authority)
    with pytest.raises(ServerUnavailable, match="CERTIFICATE_VERIFY_FAILED"):
        # Another way to write 127.0.0.1, which the certificate does not name.
        send_one(post_to(sink, host="127.1", security="starttls", ca_file=str(authority)))


def test_no_silent_fall_to_plain_text_where_the_server_offers_no_tls(sink):
    with pytest.raises(ServerUnavailable, match="STARTTLS"):
        send_one(post_to(sink, security="starttls"))
    assert sink.letters == []


def test_a_wrong_password_is_a_fault_of_the_server_line_and_not_of_a_letter(make_sink, tmp_path):
    sink = make_sink(tls="starttls", login=("baosong", "secret word"))
    authority = tmp_path / "ca.pem"
    sink.authority.cert_pem.write_to_path(authority)
    with pytest.raises(ServerUnavailable, match="535"):
        send_one(post_to(sink, security="starttls", ca_file=str(authority), user="baosong", password="wrong"))
