"""Corrected days and confirmed years of the working-day calendar."""

import sqlalchemy as sa
from alembic import op

from reporting.core import db as types

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

MOMENT = types.UTCDateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "workday_exception",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("works", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("changed_by", sa.String(length=120), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workday_exception")),
        sa.UniqueConstraint("day", name=op.f("uq_workday_exception_day")),
    )
    op.create_table(
        "workday_year",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("document_number", sa.String(length=120), nullable=False),
        sa.Column("changed_by", sa.String(length=120), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workday_year")),
        sa.UniqueConstraint("year", name=op.f("uq_workday_year_year")),
    )


def downgrade() -> None:
    op.drop_table("workday_year")
    op.drop_table("workday_exception")
