"""People who sign in. Where they may act is a membership, which the bureaus room keeps."""

from datetime import datetime

from flask_security.core import RoleMixin, UserMixin
from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from reporting.core.db import Model, UTCDateTime


class User(Model, UserMixin):
    """A person with a mailbox and a password."""

    __tablename__ = "user_account"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    phone: Mapped[str] = mapped_column(String(40), default="")
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    must_change_password: Mapped[bool] = mapped_column(default=True)
    language: Mapped[str] = mapped_column(String(12), default="zh_Hans_CN")
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)

    # Flask-Security's own roles are not used: a role is held at a bureau, by a membership.
    roles = ()  # type: ignore[assignment]


class Role(RoleMixin):
    """Flask-Security's datastore asks for a role class; none is stored."""

    name: str
