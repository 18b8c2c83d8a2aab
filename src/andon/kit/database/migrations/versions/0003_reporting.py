"""Reporting: the tables the projector keeps."""

from andon.kit.database.walls import execute, wall

revision = "0003"
down_revision = "0002"

TABLES = """
    CREATE TABLE report_contact (
        contact_id uuid NOT NULL,
        medium text NOT NULL,
        direction text NOT NULL,
        caller text NOT NULL,
        dnis text NOT NULL,
        number_id uuid,
        trunk_id uuid,
        node text NOT NULL,
        channel_id text NOT NULL,
        arrived_at timestamptz NOT NULL,
        customer_id uuid,
        tier text,
        flow_id uuid,
        flow_version integer,
        queue_id uuid,
        queued_at timestamptz,
        queue_how text,
        visits integer NOT NULL,
        waited_ms bigint,
        offers integer NOT NULL,
        agent_id uuid,
        connected_at timestamptz,
        answer_wait_ms bigint,
        disconnected_at timestamptz,
        disconnected_by text,
        talked_ms bigint,
        held_ms bigint,
        acw_ms bigint,
        survey_score integer,
        recording_id uuid,
        voicemail_ms bigint,
        outcome text,
        ended_by text,
        sip_cause integer,
        ended_at timestamptz,
        total_ms bigint,
        reason_id uuid,
        resolved boolean,
        follow_up boolean,
        wrapped_at timestamptz,
        client_id uuid,
        project_id uuid,
        tenant_id uuid DEFAULT andon_tenant() NOT NULL,
        CONSTRAINT pk_report_contact PRIMARY KEY (contact_id)
    );
    CREATE INDEX ix_report_contact_agent ON report_contact (tenant_id, agent_id, arrived_at);
    CREATE INDEX ix_report_contact_arrived ON report_contact (tenant_id, arrived_at, contact_id);
    CREATE INDEX ix_report_contact_caller ON report_contact (tenant_id, caller, arrived_at);
    CREATE INDEX ix_report_contact_connected ON report_contact (tenant_id, connected_at);
    CREATE INDEX ix_report_contact_customer ON report_contact (tenant_id, customer_id, arrived_at);
    CREATE INDEX ix_report_contact_queued ON report_contact (tenant_id, queued_at);
    CREATE TABLE report_visit (
        visit_id uuid NOT NULL,
        contact_id uuid NOT NULL,
        queue_id uuid NOT NULL,
        priority integer NOT NULL,
        position integer NOT NULL,
        queued_at timestamptz NOT NULL,
        left_at timestamptz,
        how text,
        waited_ms bigint,
        client_id uuid,
        project_id uuid,
        tenant_id uuid DEFAULT andon_tenant() NOT NULL,
        CONSTRAINT pk_report_visit PRIMARY KEY (visit_id)
    );
    CREATE INDEX ix_report_visit_contact ON report_visit (tenant_id, contact_id);
    CREATE INDEX ix_report_visit_queued ON report_visit (tenant_id, queued_at);
    CREATE TABLE report_offer (
        offer_id uuid NOT NULL,
        contact_id uuid NOT NULL,
        queue_id uuid NOT NULL,
        agent_id uuid,
        device text NOT NULL,
        made_at timestamptz NOT NULL,
        ended_at timestamptz,
        how text,
        rang_ms bigint,
        client_id uuid,
        project_id uuid,
        tenant_id uuid DEFAULT andon_tenant() NOT NULL,
        CONSTRAINT pk_report_offer PRIMARY KEY (offer_id)
    );
    CREATE INDEX ix_report_offer_agent ON report_offer (tenant_id, agent_id, made_at);
    CREATE INDEX ix_report_offer_contact ON report_offer (tenant_id, contact_id);
    CREATE TABLE report_agent_state (
        state_id uuid NOT NULL,
        seq bigint NOT NULL,
        agent_id uuid NOT NULL,
        contact_id uuid,
        state text NOT NULL,
        by text NOT NULL,
        why text NOT NULL,
        reason_id uuid,
        started_at timestamptz NOT NULL,
        ended_at timestamptz,
        lasted_ms bigint,
        client_id uuid,
        project_id uuid,
        tenant_id uuid DEFAULT andon_tenant() NOT NULL,
        CONSTRAINT pk_report_agent_state PRIMARY KEY (state_id)
    );
    CREATE INDEX ix_report_agent_state_agent ON report_agent_state (tenant_id, agent_id, started_at);
    CREATE INDEX ix_report_agent_state_contact ON report_agent_state (tenant_id, contact_id);
    CREATE INDEX ix_report_agent_state_open ON report_agent_state (tenant_id, agent_id)
        WHERE ended_at IS NULL;
    CREATE TABLE report_recording (
        recording_id uuid NOT NULL,
        contact_id uuid,
        started_at timestamptz,
        total_ms bigint,
        spans jsonb,
        path text,
        audio_ms bigint,
        size bigint,
        sha256 text,
        stored_at timestamptz,
        missing_ms bigint,
        missing_why text,
        client_id uuid,
        project_id uuid,
        tenant_id uuid DEFAULT andon_tenant() NOT NULL,
        CONSTRAINT pk_report_recording PRIMARY KEY (recording_id)
    );
    CREATE INDEX ix_report_recording_contact ON report_recording (tenant_id, contact_id);
    CREATE TABLE report_survey (
        contact_id uuid NOT NULL,
        survey text NOT NULL,
        queue_id uuid,
        agent_id uuid,
        asked_at timestamptz NOT NULL,
        answered_at timestamptz,
        score integer,
        client_id uuid,
        project_id uuid,
        tenant_id uuid DEFAULT andon_tenant() NOT NULL,
        CONSTRAINT pk_report_survey PRIMARY KEY (contact_id, survey)
    );
    CREATE INDEX ix_report_survey_asked ON report_survey (tenant_id, asked_at);
    CREATE TABLE report_voicemail (
        contact_id uuid NOT NULL,
        queue_id uuid,
        left_at timestamptz NOT NULL,
        voicemail_ms bigint NOT NULL,
        client_id uuid,
        project_id uuid,
        tenant_id uuid DEFAULT andon_tenant() NOT NULL,
        CONSTRAINT pk_report_voicemail PRIMARY KEY (contact_id)
    );
    CREATE INDEX ix_report_voicemail_left ON report_voicemail (tenant_id, left_at, contact_id);
    CREATE TABLE report_cursor (
        tenant_id uuid DEFAULT andon_tenant() NOT NULL,
        xid bigint NOT NULL,
        seq bigint NOT NULL,
        CONSTRAINT pk_report_cursor PRIMARY KEY (tenant_id)
    )
"""

# A contact of a client is seen by that client; what agents do all day is the operator's own.
WALLS = {
    "report_contact": "own",
    "report_visit": "own",
    "report_offer": "own",
    "report_agent_state": "none",
    "report_recording": "own",
    "report_survey": "own",
    "report_voicemail": "own",
    "report_cursor": "none",
}


def upgrade() -> None:
    execute(TABLES, *(statement for table, client in WALLS.items() for statement in wall(table, client)))


def downgrade() -> None:
    raise NotImplementedError("these rows are made from the journal: go forward and rebuild them")
