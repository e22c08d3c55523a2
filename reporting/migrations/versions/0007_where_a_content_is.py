"""Where a content was handed in before."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("submission_file", schema=None) as batch_op:
        batch_op.create_index("ix_submission_file_content", ["file_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("submission_file", schema=None) as batch_op:
        batch_op.drop_index("ix_submission_file_content")
