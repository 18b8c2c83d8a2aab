"""Durable jobs on the same database, by procrastinate. Rooms register tasks in their `jobs.py`.

Arguments hold ids, never data of people: a task opens a session with the scope of the tenant it was given.
"""

import procrastinate
from procrastinate import App, PsycopgConnector

__all__ = ["open_jobs"]


def open_jobs(app_url: str, name: str = "andon jobs") -> App:
    """The job queue; use as `async with jobs.open_async():`. Nothing connects before that."""
    connector = PsycopgConnector(
        conninfo=app_url,
        min_size=1,
        max_size=4,
        kwargs={"application_name": name, "options": "-c timezone=UTC"},
    )
    return procrastinate.App(connector=connector)
