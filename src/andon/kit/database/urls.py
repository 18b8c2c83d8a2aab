"""Where the database is: the owner's address for migrations, the application's for everything else."""

import json

from sqlalchemy.engine import make_url

from andon.kit.errors import AndonError
from andon.kit.settings import Settings

OWNER_ROLE = "andon_owner"
APP_ROLE = "andon_app"


def database_urls(settings: Settings) -> tuple[str, str]:
    """`(owner_url, app_url)` as `postgresql://…`; any process of the installation may ask.

    With an external server the owner's is `ANDON_DATABASE_URL`; the application's is
    `ANDON_APP_DATABASE_URL`, or the same address with the role `andon_app` and a password of our own.
    Raises `AndonError` when the embedded server was never started.
    """
    if settings.database_url:
        owner = make_url(settings.database_url).set(drivername="postgresql")
        app = (
            make_url(settings.app_database_url).set(drivername="postgresql")
            if settings.app_database_url
            else owner.set(username=APP_ROLE, password=settings.secrets().database)
        )
        return owner.render_as_string(hide_password=False), app.render_as_string(hide_password=False)
    path = settings.home / "run" / "database.json"
    try:
        urls = json.loads(path.read_text())
    except FileNotFoundError:
        raise AndonError("database.start", 503, why="The database was not started.", log=str(path)) from None
    return urls["owner_url"], urls["app_url"]
