"""`andon directory check`: whether the company's directory answers as log-in needs it."""

from collections.abc import Callable

from andon.entrypoints import texts  # noqa: F401  (registers what is said here)
from andon.identity import texts as identity_texts  # noqa: F401  (the errors' words)
from andon.identity.directory import Directory
from andon.kit import i18n
from andon.kit.errors import AndonError
from andon.kit.settings import LdapSettings, Settings


async def check(settings: Settings, say: Callable[[str], None], *, login: str) -> None:
    """Say that every server of it answers, and who somebody is there. Raises `directory.*`, which names the
    setting that is wrong."""
    if settings.ldap is None:
        raise AndonError("directory.none", 409)
    for each in one_by_one(settings.ldap):
        entry = await Directory(each).check(login)
        say(f"  ✓ {i18n.text('directory.ok', settings.locale, url=each.urls[0])}")
        if readable(each):
            say(f"    → {i18n.text('directory.readable', settings.locale)}")
        if entry is not None:
            for name in ("dn", "id", "name", "mobile", "mail"):
                say(f"    {name:<8}{getattr(entry, name) or '—'}")
            say(f"    {'roles':<8}{', '.join(sorted(entry.roles)) or '—'}")


def one_by_one(settings: LdapSettings) -> list[LdapSettings]:
    """The same, with one server each."""
    return [settings.model_copy(update={"urls": (url,)}) for url in settings.urls]


def readable(settings: LdapSettings) -> bool:
    """Whether passwords go to the server unencrypted."""
    return settings.urls[0].startswith("ldap:") and not settings.starttls
