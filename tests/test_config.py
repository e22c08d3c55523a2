"""The application refuses to start on bad settings, and names every fault at once."""

from pathlib import Path

import pytest

from config import BadSettings, Settings

GOOD = {
    "BAOSONG_SECRET_KEY": "k" * 40,
    "BAOSONG_PASSWORD_SALT": "s" * 40,
    "BAOSONG_DATABASE_URL": "postgresql+psycopg://app@/baosong",
    "BAOSONG_PUBLIC_BASE_URL": "https://baosong.example.gov.cn/",
    "BAOSONG_MAIL_FROM": "desk@example.gov.cn",
    "BAOSONG_SMTP_HOST": "mail.example.gov.cn",
}


def faults(tmp_path: Path, **changed: str) -> list[str]:
    told = {**GOOD, "BAOSONG_UPLOADS_DIR": str(tmp_path), **changed}
    try:
        Settings.from_env({name: value for name, value in told.items() if value})
    except BadSettings as bad:
        return [fault.partition(" ")[0] for fault in bad.faults]
    return []


def test_good_settings_are_taken(tmp_path: Path) -> None:
    settings = Settings.from_env({**GOOD, "BAOSONG_UPLOADS_DIR": str(tmp_path)})
    assert (settings.mode, settings.smtp_security, settings.default_zone) == ("production", "starttls", "Asia/Shanghai")
    assert settings.public_base_url == "https://baosong.example.gov.cn"


def test_every_missing_value_is_named_at_once() -> None:
    with pytest.raises(BadSettings) as caught:
        Settings.from_env({})
    assert {fault.partition(" ")[0] for fault in caught.value.faults} == set(GOOD)
    assert "docs/operations.md" in str(caught.value)


# fmt: off
@pytest.mark.parametrize(("name", "value"), [
    ("BAOSONG_MODE",              "staging"),
    ("BAOSONG_SECRET_KEY",        "short"),
    ("BAOSONG_PASSWORD_SALT",     "short"),
    ("BAOSONG_DATABASE_URL",      "mysql://root@localhost/x"),
    ("BAOSONG_PUBLIC_BASE_URL",   "http://baosong.example.gov.cn"),
    ("BAOSONG_PUBLIC_BASE_URL",   "baosong"),
    ("BAOSONG_MAIL_FROM",         "nobody"),
    ("BAOSONG_MAIL_FROM",         "质检@局"),
    ("BAOSONG_MAIL_FROM",         "desk@one@two"),
    ("BAOSONG_SMTP_CA_FILE",      "/nowhere/authority.pem"),
    ("BAOSONG_SMTP_PORT",         "70000"),
    ("BAOSONG_SMTP_PORT",         "twenty-five"),
    ("BAOSONG_SMTP_SECURITY",     "ssl"),
    ("BAOSONG_SMTP_TIMEOUT",      "0"),
    ("BAOSONG_DEFAULT_ZONE",      "Asia/Peking"),
    ("BAOSONG_DEFAULT_LANGUAGE",  "fr"),
    ("BAOSONG_CLOCK_FILE",        "/tmp/clock"),
    ("BAOSONG_UPLOADS_DIR",       __file__ + "/uploads"),
    ("BAOSONG_TICK_SECONDS",      "-1"),
])
def test_a_bad_value_is_named(tmp_path: Path, name: str, value: str) -> None:
    assert faults(tmp_path, **{name: value}) == [name]


def test_a_password_does_not_travel_in_the_clear(tmp_path: Path) -> None:
    login = {"BAOSONG_SMTP_USER": "desk", "BAOSONG_SMTP_PASSWORD": "secret"}
    assert faults(tmp_path, BAOSONG_SMTP_SECURITY="none", **login) == ["BAOSONG_SMTP_SECURITY"]
    assert faults(tmp_path, BAOSONG_SMTP_USER="desk") == ["BAOSONG_SMTP_PASSWORD"]
    assert faults(tmp_path, **login) == []
    assert faults(tmp_path, BAOSONG_SMTP_SECURITY="none") == []


def test_the_demonstration_needs_its_clock_and_production_refuses_it(tmp_path: Path) -> None:
    demonstration = {"BAOSONG_MODE": "demonstration", "BAOSONG_PUBLIC_BASE_URL": "http://127.0.0.1:8000"}
    assert faults(tmp_path, **demonstration) == ["BAOSONG_CLOCK_FILE"]
    assert faults(tmp_path, **demonstration, BAOSONG_CLOCK_FILE=str(tmp_path / "clock")) == []
    other = {"BAOSONG_MODE": "test", "BAOSONG_CLOCK_FILE": str(tmp_path / "clock")}
    assert faults(tmp_path, **other) == ["BAOSONG_CLOCK_FILE"]


def test_a_sender_is_what_an_envelope_takes() -> None:
    import config
    from reporting.core import envelopes

    assert config.ADDRESS.pattern == envelopes._ADDRESS.pattern


def test_two_faults_are_told_together(tmp_path: Path) -> None:
    assert faults(tmp_path, BAOSONG_SMTP_PORT="0", BAOSONG_MAIL_FROM="") == ["BAOSONG_MAIL_FROM", "BAOSONG_SMTP_PORT"]


@pytest.mark.parametrize(
    ("place", "fits"),
    [
        ("", True),
        ("unix:/run/clamav/clamd.ctl", True),
        ("127.0.0.1:3310", True),
        ("[::1]:3310", True),
        ("unix:clamd.ctl", False),
        ("127.0.0.1", False),
        ("127.0.0.1:0", False),
        (":3310", False),
    ],
)
def test_the_address_of_the_scanner_is_looked_at(place: str, fits: bool) -> None:
    with pytest.raises(BadSettings) as bad:
        Settings.from_env({"BAOSONG_CLAMD": place})
    assert any(fault.startswith("BAOSONG_CLAMD ") for fault in bad.value.faults) is not fits
