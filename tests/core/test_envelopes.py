"""The bytes of a letter: standard readers see what was written, and nothing typed becomes a header."""

import email
import email.policy
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting.core.envelopes import Party, Unmailable, _check, compose, mailable
from reporting.core.letters import Letter

NOW = datetime(2014, 10, 13, 1, 0, tzinfo=UTC)
HEADERS = ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Language", "MIME-Version"]
M13 = "=?UTF-8?Q?=0A?=Bcc: x@y.test"


def composed(letter=None, **over):
    letter = letter or Letter("【报送提醒】河北", "正文一\n正文二\n", "<p>正文</p>")
    parts = {
        "sender": Party("baosong@hq.test", "国家质检总局"),
        "to": Party("limin@hebei.test", "李敏"),
        "message_id": "<abc@hq.test>",
        "date": NOW,
    }
    return compose(letter, **(parts | over))


def read(envelope, policy=email.policy.default):
    return email.message_from_bytes(envelope.content, policy=policy)


def test_a_reader_sees_both_sides_and_the_headers():
    envelope = composed(reply_to="office@hq.test")
    message = read(envelope)
    assert (envelope.sender, envelope.recipient) == ("baosong@hq.test", "limin@hebei.test")
    assert message["subject"] == "【报送提醒】河北"
    assert message["from"].addresses[0].display_name == "国家质检总局"
    assert message["to"].addresses[0].addr_spec == "limin@hebei.test"
    assert message["reply-to"] == "office@hq.test"
    assert message["date"].datetime == NOW
    assert message["message-id"] == "<abc@hq.test>"
    assert message["auto-submitted"] == "auto-generated"
    assert message.get_content_type() == "multipart/alternative"
    assert message.get_body(("plain",)).get_content() == "正文一\r\n正文二\r\n"
    assert message.get_body(("html",)).get_content() == "<p>正文</p>\r\n"
    assert not message.defects
    assert [part.defects for part in message.walk()] == [[], [], []]


def test_every_line_is_ascii_ends_with_crlf_and_is_short():
    content = composed(Letter("长" * 400, "字" * 5000 + "\n.\n.点\n", "<p>x</p>")).content
    assert content.isascii()
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert max(len(line) for line in content.split(b"\r\n")) <= 78


def test_encoded_words_keep_the_limit_and_break_no_character():
    message = composed(Letter("汉字𠀀é" * 40, "x", "x"))
    words = [word for line in message.content.split(b"\r\n") for word in line.split() if word.startswith(b"=?")]
    assert max(map(len, words)) <= 75
    assert read(message)["subject"] == "汉字𠀀é" * 40


def test_the_same_letter_has_the_same_bytes():
    assert composed().content == composed().content


def test_an_english_letter_says_so():
    assert read(composed(language="en"))["content-language"] == "en"
    assert read(composed())["content-language"] == "zh-CN"


PAYLOADS = [
    M13,
    "=?utf-8?b?DQpCY2M6IHhAeS50ZXN0?=",
    "=?UTF-8?Q?=0D=0A=0D=0A<script>?=",
    "=?utf-8?q?=E2=80=A8?=",
    "x\r\nBcc: x@y.test",
    "x\nBcc: x@y.test",
    "x\rBcc: x@y.test",
    "x\r\n\r\nbody",
    "x\x0bBcc: x@y.test",
    "x\x85Bcc: x@y.test",
    "x\u2028Bcc: x@y.test",
    "汉\r\n Bcc: x@y.test",
    "=?=?UTF-8?Q?=0A?=",
    "==??UTF-8?Q?=0A?=",
    '"; x@y.test, "',
    "a <x@y.test>, b",
    "\ud800 lone surrogate",
]


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("place", ["subject", "sender", "to"])
def test_nothing_typed_becomes_a_header_or_an_address(payload, place):
    letter = Letter(payload if place == "subject" else "s", "t", "h")
    over = {}
    if place == "sender":
        over["sender"] = Party("baosong@hq.test", payload)
    if place == "to":
        over["to"] = Party("limin@hebei.test", payload)
    envelope = composed(letter, **over)
    for policy in (email.policy.default, email.policy.compat32):
        assert read(envelope, policy).keys() == [*HEADERS, "Content-Type"]
    message = read(envelope)
    assert [one.addr_spec for one in message["to"].addresses] == ["limin@hebei.test"]
    assert [one.addr_spec for one in message["from"].addresses] == ["baosong@hq.test"]
    # What a program does that reads the letter and writes it again: there M13 became a header on Python 3.11.7.
    again = email.message_from_bytes(message.as_bytes(policy=email.policy.SMTP), policy=email.policy.default)
    assert again.keys() == message.keys()
    assert "=?" not in str(message["subject"])


@given(subject=st.text(max_size=120), name=st.text(max_size=60))
def test_any_text_at_all_keeps_the_headers(subject, name):
    envelope = composed(Letter(subject, "t", "h"), to=Party("limin@hebei.test", name))
    message = read(envelope)
    assert message.keys() == [*HEADERS, "Content-Type"]
    assert [one.addr_spec for one in message["to"].addresses] == ["limin@hebei.test"]


@pytest.mark.parametrize(
    "header",
    ["a\r\nBcc: x@y.test", "a\nb", "a\x00", "汉", "=?utf-8?q?=0A?=Bcc: x@y.test", "=?utf-8?b?PT8=?="],
)
def test_the_last_look_refuses_what_the_encoding_should_have_stopped(header):
    with pytest.raises(Unmailable):
        _check({"Subject": header})


@pytest.mark.parametrize(
    "address",
    [
        "",
        "x",
        "@y.test",
        "x@",
        "x y@z.test",
        "x@y.test\r\nRCPT TO:<z@z.test>",
        "x@y.test>",
        "<x@y.test>",
        "x@y..test",
        "x@-y.test",
        "张三@y.test",
        "x@质检.test",
        "x@y.test,z@z.test",
        "a" * 65 + "@y.test",
        "x@" + "y" * 260,
    ],
)
def test_what_is_no_address_gets_no_envelope(address):
    assert not mailable(address)
    with pytest.raises(Unmailable):
        composed(to=Party(address))
    with pytest.raises(Unmailable):
        composed(sender=Party(address))
    with pytest.raises(Unmailable):
        composed(reply_to=address)


@pytest.mark.parametrize("address", ["x@y.test", "li.min+1@hebei.gov.cn", "o'neill@x-y.test", "a@b"])
def test_what_is_an_address(address):
    assert mailable(address)
    assert composed(to=Party(address)).recipient == address


def test_a_bad_message_id_is_refused():
    with pytest.raises(Unmailable):
        composed(message_id="<a@b>\r\nBcc: x@y.test")
