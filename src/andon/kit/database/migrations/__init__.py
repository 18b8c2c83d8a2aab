"""Migrations: run by the owner's role, one at a time, never waiting long for a lock."""

from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url

from andon.kit.database.session import connect_options
from andon.kit.database.urls import APP_ROLE, database_urls
from andon.kit.settings import Settings

# A migration that cannot get its lock gives up rather than queue every call's facts behind it.
_TIMEOUTS = {"lock_timeout": "5s", "statement_timeout": "600s", "idle_in_transaction_session_timeout": "60s"}


def migrate(settings: Settings) -> None:
    """Bring the database to the newest shape. Safe to call from several processes at once."""
    from alembic import command  # heavy, and only needed here
    from alembic.config import Config

    owner_url, _ = database_urls(settings)
    if settings.database_url:
        _ensure_app_role(settings)
    engine = create_engine(
        make_url(owner_url).set(drivername="postgresql+psycopg"),
        connect_args={"options": connect_options(_TIMEOUTS), "application_name": "andon migrate"},
    )
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    try:
        with engine.connect() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    finally:
        engine.dispose()


def _ensure_app_role(settings: Settings) -> None:
    """On an external server: make the application's role, unless the administrator gave us one."""
    owner_url, app_url = database_urls(settings)
    if settings.app_database_url:
        return
    password = make_url(app_url).password
    with psycopg.connect(owner_url, autocommit=True) as connection:
        known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APP_ROLE]).fetchone()
        verb = sql.SQL("ALTER" if known else "CREATE")
        connection.execute(
            sql.SQL("{} ROLE {} LOGIN PASSWORD {}").format(
                verb, sql.Identifier(APP_ROLE), sql.Literal(password)
            )
        )
