"""What is made for looking at files; what a bureau says about its pictures."""

import sqlalchemy as sa
from alembic import op

from reporting.core import db as types

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rendition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("owner", sa.String(length=32), nullable=True),
        sa.Column("lease_until", types.UTCDateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", types.UTCDateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(length=300), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=True),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "kind in ('thumb', 'screen', 'poster', 'playable', 'preview', 'text')",
            name=op.f("ck_rendition_rendition_kind_known"),
        ),
        sa.CheckConstraint(
            "state in ('waiting', 'working', 'made', 'failed', 'not_needed')",
            name=op.f("ck_rendition_rendition_state_known"),
        ),
        sa.CheckConstraint("(state = 'made') = (\"key\" is not null)", name=op.f("ck_rendition_made_has_key")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_rendition_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rendition")),
        sa.UniqueConstraint("file_id", "kind", name=op.f("uq_rendition_file_id_kind")),
    )
    with op.batch_alter_table("rendition", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rendition_key"), ["key"], unique=False)
        batch_op.create_index("ix_rendition_state", ["state", "next_at"], unique=False)

    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("taken_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("place", sa.String(length=100), server_default=sa.text("''"), nullable=False))
        batch_op.add_column(sa.Column("credit", sa.String(length=60), server_default=sa.text("''"), nullable=False))
        batch_op.add_column(sa.Column("may_publish", sa.Boolean(), server_default=sa.false(), nullable=False))

    with op.batch_alter_table("submission_file", schema=None) as batch_op:
        batch_op.add_column(sa.Column("taken_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("place", sa.String(length=100), server_default=sa.text("''"), nullable=False))
        batch_op.add_column(sa.Column("credit", sa.String(length=60), server_default=sa.text("''"), nullable=False))
        batch_op.add_column(sa.Column("may_publish", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("submission_file", schema=None) as batch_op:
        batch_op.drop_column("may_publish")
        batch_op.drop_column("credit")
        batch_op.drop_column("place")
        batch_op.drop_column("taken_on")

    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.drop_column("may_publish")
        batch_op.drop_column("credit")
        batch_op.drop_column("place")
        batch_op.drop_column("taken_on")

    with op.batch_alter_table("rendition", schema=None) as batch_op:
        batch_op.drop_index("ix_rendition_state")
        batch_op.drop_index(batch_op.f("ix_rendition_key"))

    op.drop_table("rendition")
