"""The local authority: certificates a browser's own rules accept, keys for the owner's eyes, renewal."""

import ssl
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from andon.kit import certificates

pytestmark = pytest.mark.unit


def handshake(made: certificates.Made, name: str) -> None:
    """A TLS handshake in memory. Raises `ssl.SSLError` when the client does not trust it as `name`."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(made.certificate, made.key)
    client = ssl.create_default_context(cafile=str(made.authority))
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [
        client.wrap_bio(to_client, to_server, server_hostname=name),
        server.wrap_bio(to_server, to_client, server_side=True),
    ]
    for _ in range(4):
        for end in ends:
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue


def test_a_browser_that_knows_the_authority_trusts_every_name(tmp_path: Path) -> None:
    made = certificates.make(tmp_path, ["192.0.2.10", "desk.lan", "2001:db8::7"])
    for name in ("192.0.2.10", "desk.lan", "localhost", "127.0.0.1", "2001:db8::7"):
        handshake(made, name)
    with pytest.raises(ssl.SSLError):
        handshake(made, "evil.lan")


def test_the_certificate_is_short_lived_and_the_authoritys_stays(tmp_path: Path) -> None:
    first = certificates.make(tmp_path, ["a.lan"])
    authority = first.authority.read_bytes()
    server = x509.load_pem_x509_certificate(first.certificate.read_bytes())
    again = certificates.make(tmp_path, ["b.lan"])
    assert again.authority.read_bytes() == authority, "each desk would have to be visited again"
    handshake(again, "b.lan")
    assert server.not_valid_after_utc - datetime.now(UTC) < timedelta(days=398)
    assert first.until == pytest.approx(server.not_valid_after_utc, abs=timedelta(seconds=1))
    usage = server.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.SERVER_AUTH]
    assert not server.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def test_keys_are_for_the_owners_eyes(tmp_path: Path) -> None:
    made = certificates.make(tmp_path, [])
    for key in (made.key, made.authority_key):
        assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_the_advice_names_files_and_settings_in_both_languages(tmp_path: Path) -> None:
    made = certificates.make(tmp_path, ["a.lan"])
    for said in (made.advice("zh"), made.advice("en")):
        for word in (
            str(made.authority),
            "ANDON_TLS_CERT",
            "ANDON_TLS_KEY",
            "a.lan",
            f"{made.until:%Y-%m-%d}",
        ):
            assert word in said
    assert made.advice("zh") != made.advice("en")
