"""Customers have an agent of their own, and may have an open complaint.

Columns without a default or with a constant one: the table is not rewritten.
"""

from andon.kit.database.walls import execute

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    execute("ALTER TABLE customer ADD COLUMN agent_id uuid")
    execute("ALTER TABLE customer ADD COLUMN open_complaint boolean DEFAULT false NOT NULL")
    execute(
        "ALTER TABLE customer ADD CONSTRAINT fk_customer_tenant_id_agent_id"
        " FOREIGN KEY (tenant_id, agent_id) REFERENCES app_user (tenant_id, id)"
    )


def downgrade() -> None:
    raise NotImplementedError("the journal is append-only: go forward with a new migration")
