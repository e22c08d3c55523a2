"""What the virus check of each kept file found, and when it is looked at again."""

import sqlalchemy as sa
from alembic import op

from reporting.core import db as types

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("stored_file", schema=None) as batch_op:
        batch_op.add_column(sa.Column("scan_state", sa.String(length=10), server_default="off", nullable=False))
        batch_op.add_column(
            sa.Column("scan_reason", sa.String(length=120), server_default=sa.text("''"), nullable=False)
        )
        batch_op.add_column(sa.Column("scan_attempts", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("scan_due_at", types.UTCDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("scanned_at", types.UTCDateTime(timezone=True), nullable=True))
        batch_op.create_check_constraint(
            op.f("ck_stored_file_scan_state_known"),
            "scan_state in ('off', 'pending', 'clean', 'infected', 'skipped')",
        )
        batch_op.create_index("ix_stored_file_scan", ["scan_state", "scan_due_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("stored_file", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_stored_file_scan_state_known"), type_="check")
        batch_op.drop_index("ix_stored_file_scan")
        batch_op.drop_column("scanned_at")
        batch_op.drop_column("scan_due_at")
        batch_op.drop_column("scan_attempts")
        batch_op.drop_column("scan_reason")
        batch_op.drop_column("scan_state")
