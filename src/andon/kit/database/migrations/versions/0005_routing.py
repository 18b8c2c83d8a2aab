"""Routing by more than skills: relaxing, overflow, reserves, doors, certificates, seats, segments.

Only columns with constant defaults and new tables: no table is rewritten. The wider check of the policy is
validated apart from the lock that adds it.
"""

from andon.kit.database.walls import execute, wall

revision = "0005"
down_revision = "0004"

QUEUE = """
ALTER TABLE queue
    ADD COLUMN preferred_skills jsonb DEFAULT '[]' NOT NULL,
    ADD COLUMN required_certificates text[] DEFAULT '{}' NOT NULL,
    ADD COLUMN groups text[] DEFAULT '{}' NOT NULL,
    ADD COLUMN relax jsonb DEFAULT '[]' NOT NULL,
    ADD COLUMN overflow jsonb DEFAULT '[]' NOT NULL,
    ADD COLUMN reserve jsonb,
    ADD COLUMN doors jsonb DEFAULT '[]' NOT NULL,
    ADD COLUMN dedicated_wait_s integer DEFAULT 0 NOT NULL,
    ADD COLUMN last_agent_wait_s integer DEFAULT 0 NOT NULL,
    ADD COLUMN redial_s integer DEFAULT 300 NOT NULL,
    ADD COLUMN value_s integer DEFAULT 30 NOT NULL,
    DROP CONSTRAINT ck_queue_policy,
    ADD CONSTRAINT ck_queue_policy CHECK (policy IN (
        'longest_idle', 'most_skilled', 'least_occupied', 'fewest_calls', 'round_robin', 'value_weighted'
    )) NOT VALID;
ALTER TABLE queue VALIDATE CONSTRAINT ck_queue_policy;
"""

# What was predicted is kept with the wait that came, so that the error of predictions can be shown.
VISIT = "ALTER TABLE report_visit ADD COLUMN estimated_wait_s integer"

TABLES = """
CREATE TABLE agent_certificate (
    user_id uuid NOT NULL,
    name text NOT NULL,
    valid_until date NOT NULL,
    tenant_id uuid DEFAULT andon_tenant() NOT NULL,
    CONSTRAINT pk_agent_certificate PRIMARY KEY (user_id, name),
    CONSTRAINT fk_agent_certificate_tenant_id_user_id FOREIGN KEY (tenant_id, user_id)
        REFERENCES app_user (tenant_id, id) ON DELETE CASCADE
);
CREATE TABLE queue_seat (
    user_id uuid NOT NULL,
    queue_id uuid NOT NULL,
    "order" integer DEFAULT 0 NOT NULL,
    level integer DEFAULT 0 NOT NULL,
    value integer DEFAULT 0 NOT NULL,
    tenant_id uuid DEFAULT andon_tenant() NOT NULL,
    CONSTRAINT pk_queue_seat PRIMARY KEY (user_id, queue_id),
    CONSTRAINT fk_queue_seat_tenant_id_user_id FOREIGN KEY (tenant_id, user_id)
        REFERENCES app_user (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT fk_queue_seat_tenant_id_queue_id FOREIGN KEY (tenant_id, queue_id)
        REFERENCES queue (tenant_id, id),
    CONSTRAINT ck_queue_seat_order CHECK ("order" BETWEEN 0 AND 100),
    CONSTRAINT ck_queue_seat_level CHECK (level BETWEEN 0 AND 10),
    CONSTRAINT ck_queue_seat_value CHECK (value BETWEEN 0 AND 100)
);
CREATE TABLE routing_rules (
    tenant_id uuid DEFAULT andon_tenant() NOT NULL,
    segments jsonb DEFAULT '[]' NOT NULL,
    ageing_s integer,
    certificate_warning_days integer DEFAULT 14 NOT NULL,
    CONSTRAINT pk_routing_rules PRIMARY KEY (tenant_id)
);
"""


def upgrade() -> None:
    execute(
        QUEUE,
        VISIT,
        TABLES,
        *wall("agent_certificate", "none"),
        *wall("queue_seat", "none"),
        *wall("routing_rules", "none"),
    )


def downgrade() -> None:
    raise NotImplementedError("the journal is append-only: go forward with a new migration")
