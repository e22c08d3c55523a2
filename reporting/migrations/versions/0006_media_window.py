"""Promised files, the window in which their media may follow, and a second verdict at its end."""

import sqlalchemy as sa
from alembic import op

from reporting.core import db as types

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

MOMENT = types.UTCDateTime(timezone=True)
BOARD = ["assignment_id", "slot_id", "arrived_at", "due_at", "declared"]


def upgrade() -> None:
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.add_column(sa.Column("media_window_hours", sa.Integer(), server_default="0", nullable=False))
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("media_until", MOMENT, nullable=True))
        batch_op.create_index("ix_assignment_media_until", ["media_until"], unique=False)
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("arrived_at", MOMENT, nullable=True))
        batch_op.alter_column("file_id", existing_type=sa.INTEGER(), nullable=True)
    op.execute("UPDATE attachment SET arrived_at = added_at")
    with op.batch_alter_table("submission_file", schema=None) as batch_op:
        batch_op.alter_column("file_id", existing_type=sa.INTEGER(), nullable=True)
    with op.batch_alter_table("slot_arrival", schema=None) as batch_op:
        batch_op.add_column(sa.Column("media_until", MOMENT, nullable=True))
        batch_op.add_column(sa.Column("whole_at", MOMENT, nullable=True))
        batch_op.drop_index("ix_slot_arrival_board")
        batch_op.create_index("ix_slot_arrival_board", [*BOARD, "media_until", "whole_at"], unique=False)
    with op.batch_alter_table("verdict", schema=None) as batch_op:
        batch_op.add_column(sa.Column("stage", sa.String(length=10), server_default="due", nullable=False))
        batch_op.add_column(
            sa.Column("on_the_way", sa.String(length=200), server_default=sa.text("''"), nullable=False)
        )
        batch_op.drop_constraint("uq_verdict_assignment_id_due_rev", type_="unique")
        batch_op.create_unique_constraint(
            op.f("uq_verdict_assignment_id_due_rev_stage"), ["assignment_id", "due_rev", "stage"]
        )


def downgrade() -> None:
    """Bring the schema back. It stops at files that are promised and have not come: there is no place for them."""
    op.execute("DELETE FROM verdict WHERE stage = 'window'")
    with op.batch_alter_table("verdict", schema=None) as batch_op:
        batch_op.drop_constraint("uq_verdict_assignment_id_due_rev_stage", type_="unique")
        batch_op.create_unique_constraint(op.f("uq_verdict_assignment_id_due_rev"), ["assignment_id", "due_rev"])
        batch_op.drop_column("on_the_way")
        batch_op.drop_column("stage")
    with op.batch_alter_table("slot_arrival", schema=None) as batch_op:
        batch_op.drop_index("ix_slot_arrival_board")
        batch_op.create_index("ix_slot_arrival_board", BOARD, unique=False)
        batch_op.drop_column("whole_at")
        batch_op.drop_column("media_until")
    with op.batch_alter_table("submission_file", schema=None) as batch_op:
        batch_op.alter_column("file_id", existing_type=sa.INTEGER(), nullable=False)
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.alter_column("file_id", existing_type=sa.INTEGER(), nullable=False)
        batch_op.drop_column("arrived_at")
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.drop_index("ix_assignment_media_until")
        batch_op.drop_column("media_until")
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.drop_column("media_window_hours")
