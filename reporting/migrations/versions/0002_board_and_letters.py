"""Indexes from which the board and the sweep read; letters know in whose name they are written."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("outbox_message", schema=None) as batch_op:
        batch_op.add_column(sa.Column("organiser_id", sa.Integer(), nullable=True))
        batch_op.create_index("ix_outbox_message_organiser", ["organiser_id", "id"], unique=False)
    with op.batch_alter_table("slot_arrival", schema=None) as batch_op:
        batch_op.create_index(
            "ix_slot_arrival_board", ["assignment_id", "slot_id", "arrived_at", "due_at", "declared"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("slot_arrival", schema=None) as batch_op:
        batch_op.drop_index("ix_slot_arrival_board")
    with op.batch_alter_table("outbox_message", schema=None) as batch_op:
        batch_op.drop_index("ix_outbox_message_organiser")
        batch_op.drop_column("organiser_id")
