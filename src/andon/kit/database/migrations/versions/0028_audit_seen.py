"""Entries of the audit log that an auditor has to see, and who has seen them."""

from andon.kit.database.walls import APPEND_ONLY, execute, wall

revision = "0028"
down_revision = "0027"

# What is in the log already need not be gone through.
TABLES = """
ALTER TABLE audit_log ADD COLUMN must_see boolean DEFAULT false NOT NULL;
CREATE INDEX ix_audit_log_must_see ON audit_log (tenant_id, at DESC, id DESC) WHERE must_see;
CREATE TABLE audit_seen (
    entry_id uuid NOT NULL,
    seen_by uuid NOT NULL,
    seen_at timestamptz NOT NULL,
    tenant_id uuid DEFAULT andon_tenant() NOT NULL,
    CONSTRAINT pk_audit_seen PRIMARY KEY (tenant_id, entry_id),
    CONSTRAINT fk_audit_seen_tenant_id_seen_by FOREIGN KEY (tenant_id, seen_by)
        REFERENCES app_user (tenant_id, id)
);
"""


def upgrade() -> None:
    execute(TABLES, *wall("audit_seen", "none", APPEND_ONLY))


def downgrade() -> None:
    raise NotImplementedError("who has seen what is on record: go forward with a new migration")
