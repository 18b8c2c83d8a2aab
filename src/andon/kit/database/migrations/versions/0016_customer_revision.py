"""A customer's data count their changes, so that of two people nobody overwrites what they have not seen."""

from andon.kit.database.walls import execute

revision = "0016"
down_revision = "0015"

# A column with a constant default: the table is not rewritten.
COLUMNS = """
ALTER TABLE customer
    ADD COLUMN revision integer DEFAULT 1 NOT NULL,
    ADD COLUMN changed_at timestamptz,
    ADD COLUMN changed_by uuid,
    ADD CONSTRAINT fk_customer_tenant_id_changed_by FOREIGN KEY (tenant_id, changed_by)
        REFERENCES app_user (tenant_id, id);
"""


def upgrade() -> None:
    execute(COLUMNS)


def downgrade() -> None:
    raise NotImplementedError("open pages count on revisions: go forward with a new migration")
