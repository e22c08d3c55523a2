"""Settings: one frozen value, read from the environment, that names every fault at once.

A default stands here only if it is right for production and may be public; otherwise there is none.
"""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

ROOT = Path(__file__).resolve().parent
MODES = ("production", "demonstration", "test")
SMTP_SECURITY = ("none", "starttls", "tls")
SHORTEST_SECRET = 32
ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?")
LONGEST_ADDRESS = 254


class BadSettings(Exception):
    """The configuration cannot be used; `faults` holds one sentence for each bad or missing value."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(["Baosong cannot start with this configuration:", *(f"  - {f}" for f in faults)]))
        self.faults = faults


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What an installation decides; docs/operations.md says what each value means."""

    mode: str
    secret_key: str
    password_salt: str
    database_url: str
    uploads_dir: Path
    public_base_url: str
    mail_from: str
    smtp_host: str
    smtp_port: int = 25
    smtp_security: str = "starttls"
    smtp_user: str = ""
    smtp_password: str = ""
    smtp_ca_file: Path | None = None
    smtp_timeout: int = 30
    default_zone: str = "Asia/Shanghai"
    default_language: str = "zh_Hans_CN"
    max_request_bytes: int = 4 * 1024**3
    reserve_bytes: int = 1024**3
    bureau_bytes: int = 64 * 1024**3
    vault_bytes: int = 0
    upload_days: int = 7
    clamd: str = ""
    clamd_max_bytes: int = 100 * 1024**2
    session_hours: int = 12
    tick_seconds: int = 15
    clock_file: Path | None = None
    mailbox_dir: Path | None = None
    accel_prefix: str = ""
    metrics_token: str = ""

    @property
    def demonstration(self) -> bool:
        """Whether the clock may be moved and the mailbox opened."""
        return self.mode == "demonstration"

    @classmethod
    def from_env(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """Read BAOSONG_… variables; raise BadSettings with every fault at once."""
        reader = _Reader(os.environ if environment is None else environment)
        settings = cls(
            mode=reader.choice("BAOSONG_MODE", MODES, "production"),
            secret_key=reader.secret("BAOSONG_SECRET_KEY"),
            password_salt=reader.secret("BAOSONG_PASSWORD_SALT"),
            database_url=reader.text("BAOSONG_DATABASE_URL"),
            uploads_dir=Path(reader.text("BAOSONG_UPLOADS_DIR", str(ROOT / "uploads"))),
            public_base_url=reader.text("BAOSONG_PUBLIC_BASE_URL").rstrip("/"),
            mail_from=reader.text("BAOSONG_MAIL_FROM"),
            smtp_host=reader.text("BAOSONG_SMTP_HOST"),
            smtp_port=reader.number("BAOSONG_SMTP_PORT", 25, 1, 65535),
            smtp_security=reader.choice("BAOSONG_SMTP_SECURITY", SMTP_SECURITY, "starttls"),
            smtp_user=reader.text("BAOSONG_SMTP_USER", ""),
            smtp_password=reader.text("BAOSONG_SMTP_PASSWORD", ""),
            smtp_ca_file=reader.path("BAOSONG_SMTP_CA_FILE"),
            smtp_timeout=reader.number("BAOSONG_SMTP_TIMEOUT", 30, 1, 60),
            default_zone=reader.text("BAOSONG_DEFAULT_ZONE", "Asia/Shanghai"),
            default_language=reader.choice("BAOSONG_DEFAULT_LANGUAGE", ("zh_Hans_CN", "en"), "zh_Hans_CN"),
            max_request_bytes=reader.number("BAOSONG_MAX_REQUEST_BYTES", 4 * 1024**3, 1024**2, 64 * 1024**3),
            reserve_bytes=reader.number("BAOSONG_RESERVE_BYTES", 1024**3, 0, 1024**4),
            bureau_bytes=reader.number("BAOSONG_BUREAU_BYTES", 64 * 1024**3, 1024**2, 64 * 1024**4),
            vault_bytes=reader.number("BAOSONG_VAULT_BYTES", 0, 0, 1024**5),
            upload_days=reader.number("BAOSONG_UPLOAD_DAYS", 7, 1, 60),
            clamd=reader.text("BAOSONG_CLAMD", ""),
            clamd_max_bytes=reader.number("BAOSONG_CLAMD_MAX_BYTES", 100 * 1024**2, 1024**2, 4 * 1024**3 - 1),
            session_hours=reader.number("BAOSONG_SESSION_HOURS", 12, 1, 72),
            tick_seconds=reader.number("BAOSONG_TICK_SECONDS", 15, 1, 600),
            clock_file=reader.path("BAOSONG_CLOCK_FILE"),
            mailbox_dir=reader.path("BAOSONG_MAILBOX_DIR"),
            accel_prefix=reader.text("BAOSONG_ACCEL_PREFIX", "").rstrip("/"),
            metrics_token=reader.secret("BAOSONG_METRICS_TOKEN") if reader.has("BAOSONG_METRICS_TOKEN") else "",
        )
        faults = reader.faults + _contradictions(settings, told=reader.told)
        if faults:
            raise BadSettings(faults)
        return settings


class _Reader:
    """Reads one value after another and remembers what was wrong instead of stopping at the first."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment
        self.faults: list[str] = []
        self.told: set[str] = set()

    def _fault(self, name: str, sentence: str) -> None:
        self.faults.append(f"{name} {sentence}")
        self.told.add(name)

    def text(self, name: str, default: str | None = None) -> str:
        value = self.environment.get(name, "").strip()
        if value or default is not None:
            return value or default or ""
        self._fault(name, "is missing; set it as docs/operations.md describes.")
        return ""

    def has(self, name: str) -> bool:
        return bool(self.environment.get(name, "").strip())

    def secret(self, name: str) -> str:
        value = self.text(name)
        if value and len(value) < SHORTEST_SECRET:
            self._fault(name, f"has {len(value)} characters; use at least {SHORTEST_SECRET} random ones.")
        return value

    def choice(self, name: str, choices: tuple[str, ...], default: str) -> str:
        value = self.text(name, default)
        if value not in choices:
            self._fault(name, f"is {value!r}; use one of {', '.join(choices)}.")
        return value

    def number(self, name: str, default: int, least: int, most: int) -> int:
        value = self.text(name, str(default))
        return self._parsed(name, value, default, lambda n: least <= n <= most, f"between {least} and {most}")

    def _parsed(self, name: str, value: str, default: int, fits: Callable[[int], bool], bounds: str) -> int:
        try:
            number = int(value)
        except ValueError:
            number = None
        if number is None or not fits(number):
            self._fault(name, f"is {value!r}; use a whole number {bounds}.")
            return default
        return number

    def path(self, name: str) -> Path | None:
        value = self.text(name, "")
        return Path(value) if value else None


def _contradictions(settings: Settings, *, told: set[str]) -> list[str]:
    """What is wrong with values that are each well-formed; a value already complained of is passed over."""
    checks = [
        ("BAOSONG_PUBLIC_BASE_URL", _base_url_fault(settings)),
        ("BAOSONG_DATABASE_URL", _database_fault(settings)),
        ("BAOSONG_DEFAULT_ZONE", _zone_fault(settings)),
        ("BAOSONG_MAIL_FROM", None if _is_address(settings.mail_from) else "is not an e-mail address."),
        ("BAOSONG_CLOCK_FILE", _clock_fault(settings)),
        ("BAOSONG_UPLOADS_DIR", _uploads_fault(settings)),
        ("BAOSONG_CLAMD", _clamd_fault(settings)),
        ("BAOSONG_SMTP_SECURITY", _smtp_fault(settings)),
        ("BAOSONG_SMTP_CA_FILE", _ca_fault(settings)),
        ("BAOSONG_SMTP_PASSWORD", _password_fault(settings)),
        ("BAOSONG_ACCEL_PREFIX", _accel_fault(settings)),
    ]
    return [f"{name} {fault}" for name, fault in checks if fault and name not in told]


def _is_address(text: str) -> bool:
    """Whether SMTP carries it without extensions; core/envelopes.py refuses any other, so every letter would fail."""
    return len(text) <= LONGEST_ADDRESS and ".." not in text and ADDRESS.fullmatch(text) is not None


def _base_url_fault(settings: Settings) -> str | None:
    parts = urlsplit(settings.public_base_url)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        return f"is {settings.public_base_url!r}; use an address such as https://baosong.example.gov.cn."
    if settings.mode == "production" and parts.scheme != "https":
        return "must begin with https:// in production, since passwords travel over it."
    return None


def _database_fault(settings: Settings) -> str | None:
    if settings.database_url.startswith(("sqlite:///", "postgresql+psycopg://", "postgresql://")):
        return None
    return "must begin with sqlite:/// or postgresql+psycopg://."


def _zone_fault(settings: Settings) -> str | None:
    try:
        ZoneInfo(settings.default_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return f"is {settings.default_zone!r}, which is no zone of the IANA list; use one such as Asia/Shanghai."
    return None


def _clock_fault(settings: Settings) -> str | None:
    if settings.clock_file and settings.mode != "demonstration":
        return "moves the clock and belongs to the demonstration only; take it away."
    if settings.mode == "demonstration" and not settings.clock_file:
        return "is missing; the demonstration keeps its time there."
    return None


def _uploads_fault(settings: Settings) -> str | None:
    folder = settings.uploads_dir
    nearest = next((parent for parent in [folder, *folder.parents] if parent.exists()), None)
    if nearest is None or not nearest.is_dir() or not os.access(nearest, os.W_OK):
        return f"is {str(folder)!r}, which cannot be written; make the folder and give it to the user of this service."
    return None


def _ca_fault(settings: Settings) -> str | None:
    if settings.smtp_ca_file is not None and not settings.smtp_ca_file.is_file():
        return f"is {str(settings.smtp_ca_file)!r}, which is no file; name the PEM file of the authority, or leave it empty."
    return None


def _password_fault(settings: Settings) -> str | None:
    if settings.smtp_user and not settings.smtp_password:
        return "is missing although BAOSONG_SMTP_USER is set; give both, or neither."
    return None


def _clamd_fault(settings: Settings) -> str | None:
    place = settings.clamd
    host, _, port = place.rpartition(":")
    is_port = bool(host) and port.isascii() and port.isdigit() and 0 < int(port) < 65536
    if not place or place.startswith("unix:/") or (is_port and not place.startswith("unix:")):
        return None
    return f"is {place!r}; use unix:/run/clamav/clamd.ctl or an address such as 127.0.0.1:3310."


def _smtp_fault(settings: Settings) -> str | None:
    if settings.mode == "production" and settings.smtp_security == "none" and settings.smtp_user:
        return "is none, which would send the password in the clear; use starttls or tls."
    return None


def _accel_fault(settings: Settings) -> str | None:
    prefix = settings.accel_prefix
    if prefix and not (prefix.startswith("/") and prefix.isascii() and "//" not in prefix):
        return f"is {prefix!r}; use the address of an internal location of your nginx, such as /kept."
    return None
