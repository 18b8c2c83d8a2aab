"""Conversations of a contact one by one: a caller who is passed on talks with several agents.

A column with a constant default; contacts that had their one conversation get it from their own columns.
"""

from andon.kit.database.walls import execute

revision = "0009"
down_revision = "0008"

TALKS = "ALTER TABLE report_contact ADD COLUMN talks jsonb DEFAULT '[]' NOT NULL"

# The offer's id is only there to tell conversations apart; of these there is one in each contact.
FILL = """
UPDATE report_contact SET talks = jsonb_build_array(jsonb_build_object(
    'offer_id', contact_id, 'agent_id', agent_id, 'queue_id', queue_id, 'connected_at', connected_at,
    'talked_ms', talked_ms, 'held_ms', held_ms, 'acw_ms', acw_ms, 'transferred', false
)) WHERE connected_at IS NOT NULL AND queue_id IS NOT NULL
"""

# The walls bind the owner too, who has no tenant here: opened for every tenant's rows, in this transaction.
OPEN = "ALTER TABLE report_contact NO FORCE ROW LEVEL SECURITY"
SHUT = "ALTER TABLE report_contact FORCE ROW LEVEL SECURITY"


def upgrade() -> None:
    execute(TALKS, OPEN, FILL, SHUT)


def downgrade() -> None:
    raise NotImplementedError("the journal is append-only: go forward with a new migration")
