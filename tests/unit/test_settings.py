"""Settings: where they come from and in which order, ports and secrets that stay, and ports that are busy."""

import json
import socket
import stat
from contextlib import closing
from pathlib import Path

import pytest
from pydantic import ValidationError

from andon.entrypoints import texts  # noqa: F401  (registers what is said here)
from andon.entrypoints.ports import check_ports, claim_home
from andon.kit.errors import AndonError
from andon.kit.settings import Settings
from andon.telephony.engine.layout import plans_of
from harness.ports import free_port

pytestmark = pytest.mark.unit


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "CONFIG", "HTTP_PORT", "SIP_PORT", "LOCALE", "NODE", "NODES", "TLS_CERT", "TLS_KEY"):
        monkeypatch.delenv(f"ANDON_{name}", raising=False)


def test_variables_come_before_the_file_and_the_file_before_defaults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "andon.toml"
    config.write_text('http_port = 1111\nsip_port = 2222\nlocale = "en"\nhome = "/srv/andon"\n')
    monkeypatch.setenv("ANDON_CONFIG", str(config))
    monkeypatch.setenv("ANDON_HTTP_PORT", "3333")
    settings = Settings()
    assert (settings.http_port, settings.sip_port, settings.locale) == (3333, 2222, "en")
    assert settings.home == Path("/srv/andon")
    assert settings.login_attempts == 5
    assert Settings(sip_port=4444).sip_port == 4444


def test_paths_are_absolute_and_an_empty_one_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANDON_HOME", "~/centre")
    monkeypatch.setenv("ANDON_TLS_CERT", "")
    settings = Settings()
    assert settings.home == Path.home() / "centre"
    assert settings.tls_cert is None and not settings.tls
    assert Settings(home=Path("here")).home == Path.cwd() / "here"


def test_further_media_nodes_reach_child_processes_and_have_names_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "andon.toml"
    config.write_text('[[nodes]]\nname = "n2"\nhost = "127.0.0.2"\nsip_port = 15060\n')
    monkeypatch.setenv("ANDON_CONFIG", str(config))
    settings = Settings(home=tmp_path)
    (node,) = settings.nodes
    assert (node.name, str(node.host), node.sip_port, node.ari_port, node.started) == (
        "n2",
        "127.0.0.2",
        15060,
        8088,
        True,
    )
    monkeypatch.delenv("ANDON_CONFIG")
    for name, value in settings.environment().items():
        monkeypatch.setenv(name, value)
    assert Settings().nodes == settings.nodes
    first, second = plans_of(settings)
    assert (first.node, second.node) == ("n1", "n2") and first.home != second.home
    assert first.raw_recordings == second.raw_recordings and first.ari_secret == second.ari_secret
    with pytest.raises(ValidationError, match="name of its own"):
        Settings(node="n2", nodes=settings.nodes)


@pytest.mark.parametrize(
    ("name", "value"),
    [("HTTP_PORT", "65536"), ("HTTP_PORT", "web"), ("LOCALE", "fr"), ("LOGIN_ATTEMPTS", "0")],
)
def test_what_makes_no_sense_is_refused_by_name(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"ANDON_{name}", value)
    with pytest.raises(ValidationError, match=name.lower()):
        Settings()


def test_a_port_of_0_becomes_a_free_one_and_stays(tmp_path: Path) -> None:
    first = Settings(home=tmp_path, http_port=0, sip_port=0).ports()
    again = Settings(home=tmp_path, http_port=0, sip_port=0).ports()
    other = Settings(home=tmp_path / "other", http_port=0, sip_port=0).ports()
    assert first == again and first != other
    numbers = list(vars(first).values())
    assert len(set(numbers)) == len(numbers) and all(10240 <= port < 32768 for port in numbers)
    assert not any(20000 <= port <= 29999 for port in numbers)  # the media's
    # A port that is set moves one that was remembered out of its way.
    moved = Settings(home=tmp_path, http_port=first.ari, sip_port=0).ports()
    assert moved.http == first.ari != moved.ari


def test_a_child_process_gets_the_same_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(home=tmp_path, http_port=0, sip_port=0, locale="en", cookie_secure="yes")
    for name, value in settings.environment().items():
        monkeypatch.setenv(name, value)
    child = Settings()
    assert child.ports() == settings.ports() and child.secrets() == settings.secrets()
    assert (child.locale, child.secure_cookie, child.tls_cert) == ("en", True, None)


def test_secrets_are_made_once_for_the_owners_eyes(tmp_path: Path) -> None:
    secrets = Settings(home=tmp_path).secrets()
    assert Settings(home=tmp_path).secrets() == secrets
    assert len(set(vars(secrets).values())) == len(vars(secrets))
    path = tmp_path / "run" / "secrets.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert set(json.loads(path.read_text())) == set(vars(secrets))


@pytest.mark.parametrize(
    ("kind", "what", "variable"),
    [
        (socket.SOCK_STREAM, "http", "ANDON_HTTP_PORT"),
        (socket.SOCK_STREAM, "sip", "ANDON_SIP_PORT"),
        (socket.SOCK_DGRAM, "sip", "ANDON_SIP_PORT"),
        (socket.SOCK_STREAM, "ari", "ANDON_ARI_PORT"),
    ],
)
def test_a_busy_port_is_one_sentence_with_the_remedy(
    kind: socket.SocketKind, what: str, variable: str, tmp_path: Path
) -> None:
    ports = {f"{name}_port": free_port() for name in ("http", "sip", "ari", "ami")}
    settings = Settings(home=tmp_path, **ports)  # type: ignore[arg-type]  # all of them ports
    check_ports(settings)
    busy = getattr(settings.ports(), what)
    with closing(socket.socket(socket.AF_INET, kind)) as taken:
        taken.bind(("127.0.0.1", busy))
        if kind == socket.SOCK_STREAM:
            taken.listen()
        with pytest.raises(AndonError, match=r"serve\.port_busy") as error:
            check_ports(settings)
    for locale in ("zh", "en"):
        said = error.value.said(locale)["error"]  # type: ignore[arg-type]  # one of the two
        assert str(busy) in said["title"] + said["remedy"] and variable in said["remedy"]
    check_ports(settings)


def test_an_address_that_is_not_ours_is_said(tmp_path: Path) -> None:
    with pytest.raises(AndonError, match=r"serve\.address_missing") as error:
        check_ports(Settings(home=tmp_path, http_host="192.0.2.77", http_port=0, sip_port=0))
    assert "192.0.2.77" in str(error.value.said("zh"))


def test_a_home_is_served_by_one_only(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    with claim_home(settings):
        with pytest.raises(AndonError, match=r"serve\.already_running") as error:
            claim_home(settings)
        assert str(tmp_path) in str(error.value.said("en"))
    claim_home(settings).close()


def test_the_provider_reaches_child_processes_and_is_asked_over_tls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "andon.toml"
    config.write_text('[oidc]\nissuer = "https://sso.example"\nclient_id = "andon"\nname = "企业账号"\n')
    monkeypatch.setenv("ANDON_CONFIG", str(config))
    settings = Settings(home=tmp_path, http_port=1, sip_port=1)
    assert settings.oidc is not None and settings.oidc.name == "企业账号"
    monkeypatch.delenv("ANDON_CONFIG")
    monkeypatch.setenv("ANDON_OIDC", settings.environment()["ANDON_OIDC"])
    assert Settings(home=tmp_path).oidc == settings.oidc
    for issuer in ("http://sso.example", "sso.example", "http://127.0.0.1.evil.example/"):
        with pytest.raises(ValidationError):
            Settings(home=tmp_path, oidc={"issuer": issuer, "client_id": "andon"})


def test_the_directory_reaches_child_processes_and_keeps_its_password_to_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = {"urls": ["ldaps://dc1.example.com", "ldap://[2001:db8::1]:389"], "base": "dc=example,dc=com"}
    account = {"bind_dn": "cn=andon", "bind_password": "geheim"}
    settings = Settings(home=tmp_path, http_port=1, sip_port=1, ldap=good | account)
    assert settings.ldap is not None and settings.ldap.starttls and "geheim" not in repr(settings)
    monkeypatch.setenv("ANDON_LDAP", settings.environment()["ANDON_LDAP"])
    assert Settings(home=tmp_path).ldap == settings.ldap
    wrong: tuple[dict[str, object], ...] = (
        {"urls": []},
        {"urls": ["dc1.example.com"]},
        {"urls": ["ldap://dc1.example.com/dc=example"]},
        {"base": ""},
        {"bind_dn": "cn=andon", "bind_password": ""},  # a server would take it for nobody
        {"filter": "(uid=somebody)"},
        {"filter": "(&(uid={login})"},
        {"filter": "uid={login})"},
    )
    for change in wrong:
        with pytest.raises(ValidationError):
            Settings(home=tmp_path, ldap=good | change)
