"""What supervisors tell agents, and what they answer."""

from andon.kit.database.walls import execute, wall

revision = "0017"
down_revision = "0016"

TABLES = """
CREATE TABLE message (
    batch_id UUID NOT NULL,
    from_id UUID NOT NULL,
    to_id UUID NOT NULL,
    text TEXT NOT NULL,
    sent_at timestamptz NOT NULL,
    contact_id UUID,
    at_ms INTEGER,
    read_at timestamptz,
    answer TEXT DEFAULT '' NOT NULL,
    answered_at timestamptz,
    id UUID NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    tenant_id UUID DEFAULT andon_tenant() NOT NULL,
    CONSTRAINT pk_message PRIMARY KEY (id),
    CONSTRAINT uq_message_tenant_id_id UNIQUE (tenant_id, id),
    CONSTRAINT fk_message_tenant_id_from_id FOREIGN KEY(tenant_id, from_id)
        REFERENCES app_user (tenant_id, id),
    CONSTRAINT fk_message_tenant_id_to_id FOREIGN KEY(tenant_id, to_id)
        REFERENCES app_user (tenant_id, id),
    CONSTRAINT ck_message_moment CHECK ((contact_id IS NULL) = (at_ms IS NULL))
);
CREATE INDEX ix_message_contact ON message (tenant_id, contact_id);
CREATE INDEX ix_message_from ON message (tenant_id, from_id, id);
CREATE INDEX ix_message_to ON message (tenant_id, to_id, id);
CREATE INDEX ix_message_unread ON message (tenant_id, to_id) WHERE read_at IS NULL;
"""


def upgrade() -> None:
    execute(TABLES, *wall("message", "none", "SELECT, INSERT, UPDATE"))


def downgrade() -> None:
    raise NotImplementedError("what was said stays said: go forward with a new migration")
