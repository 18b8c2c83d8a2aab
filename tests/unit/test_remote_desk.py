"""What a desk in another network needs: whole settings, credentials that expire, addresses to offer."""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import ValidationError

from andon.entrypoints.cli import app
from andon.entrypoints.ports import check_certificate
from andon.kit import certificates
from andon.kit.errors import AndonError
from andon.kit.settings import IceSettings, Settings
from andon.telephony.accounts import agent_objects
from andon.telephony.engine.config import render
from andon.telephony.engine.install import Installed
from andon.telephony.engine.layout import plan_of
from andon.telephony.service import EngineAddress
from andon.telephony.turn import Server, credential

pytestmark = pytest.mark.unit

TURN = "turns:turn.example.cn:443?transport=tcp"


def test_servers_come_from_the_file_and_reach_child_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "andon.toml"
    config.write_text(f'[ice]\nstun = ["stun:192.0.2.5:3478"]\nturn = ["{TURN}"]\nturn_secret = "s3cret"\n')
    monkeypatch.setenv("ANDON_CONFIG", str(config))
    settings = Settings(home=tmp_path, http_port=1, sip_port=1)
    assert settings.ice.turn == (TURN,) and settings.ice.credential_s == 14_400
    assert "s3cret" not in repr(settings)
    monkeypatch.delenv("ANDON_CONFIG")
    monkeypatch.setenv("ANDON_ICE", settings.environment()["ANDON_ICE"])
    assert Settings(home=tmp_path).ice == settings.ice


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"turn": [TURN]}, "turn_secret"),
        ({"relay_only": True}, "relay_only: needs turn"),
        ({"turn": ["https://turn.example.cn"], "turn_secret": "x"}, "turn.0"),
        ({"turn": [TURN + "&x=1"], "turn_secret": "x"}, "turn.0"),
        ({"stun": ["turn:a"]}, "stun.0"),
        ({"turn": [TURN], "turn_secret": "x", "credential_s": 5}, "credential_s"),
    ],
)
def test_servers_that_make_no_sense_are_refused_by_name(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        IceSettings(**wrong)


def test_wrong_settings_are_one_sentence_without_the_secret(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ANDON_ICE", '{"turn": ["turn.example.cn"], "turn_secret": "s3cret", "relay": true}')
    monkeypatch.setenv("ANDON_HTTP_PORT", "web")
    monkeypatch.setattr(sys, "argv", ["andon", "doctor"])
    with pytest.raises(SystemExit):
        app.main()
    said = capsys.readouterr().err
    for name in ("ANDON_ICE.turn.0: ", "ANDON_ICE.relay: ", "ANDON_HTTP_PORT: ", "docs/settings.md"):
        assert name in said
    assert "s3cret" not in said and "Traceback" not in said


def test_a_certificate_without_its_key_and_a_public_address_without_a_private_one_are_refused(
    tmp_path: Path,
) -> None:
    with pytest.raises(ValidationError, match="both or neither"):
        Settings(tls_cert=tmp_path / "server.crt")
    for media in ("127.0.0.1", "0.0.0.0"):
        with pytest.raises(ValidationError, match="needs media_address"):
            Settings(public_address="203.0.113.4", media_address=media)  # type: ignore[arg-type]  # parsed


def test_a_certificate_that_cannot_serve_is_said(tmp_path: Path) -> None:
    def checked(certificate: Path, key: Path) -> datetime | None:
        return check_certificate(Settings(tls_cert=certificate, tls_key=key))

    made = certificates.make(tmp_path / "one", ["a.lan"])
    other = certificates.make(tmp_path / "two", ["a.lan"])
    assert checked(made.certificate, made.key) == pytest.approx(made.until, abs=timedelta(seconds=1))
    assert check_certificate(Settings()) is None
    for certificate, key in (
        (made.certificate, other.key),
        (made.certificate, tmp_path / "missing.key"),
        (made.key, made.key),
    ):
        with pytest.raises(AndonError, match="certificate_bad") as error:
            checked(certificate, key)
        assert str(key) in error.value.said("zh")["error"]["title"]
    with pytest.raises(AndonError, match="certificate_expired") as error:
        checked(*_expired(tmp_path))
    assert "2020-02-02" in error.value.said("en")["error"]["title"]


def _expired(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([])
    end = datetime(2020, 2, 2, tzinfo=UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    signed = made.not_valid_before(end - timedelta(days=1)).not_valid_after(end).sign(key, hashes.SHA256())
    certificate, secret = folder / "old.crt", folder / "old.key"
    certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    )
    return certificate, secret


def test_a_credential_is_what_coturn_computes() -> None:
    # echo -n 1433895918:mbzrxpgjys | openssl dgst -sha1 -hmac north -binary | base64
    assert credential("north", "mbzrxpgjys", 1433895918) == (
        "1433895918:mbzrxpgjys",
        "d2Q1V6JRLjCTMOhoc8cTgEoi7u0=",
    )


@pytest.mark.parametrize(
    ("url", "server"),
    [
        (TURN, ("turn.example.cn", 443, True, True)),
        ("turn:192.0.2.5", ("192.0.2.5", 3478, False, False)),
        ("turn:192.0.2.5?transport=tcp", ("192.0.2.5", 3478, False, True)),
        ("turns:[2001:db8::5]:443", ("2001:db8::5", 443, True, True)),
    ],
)
def test_the_doctor_reads_an_address_as_browsers_do(url: str, server: tuple[str, int, bool, bool]) -> None:
    IceSettings(turn=(url,), turn_secret="x")
    assert msgspec.structs.astuple(Server.of(url)) == server


def test_the_engine_offers_the_one_address_it_speaks_from_and_the_public_one_of_it(tmp_path: Path) -> None:
    installed = Installed(version="22.4.0", argv=["asterisk"], modules=tmp_path, data=tmp_path)
    local = ["192.168.5.2", "172.17.0.1", "fe80::1"]
    wanted: dict[str, Any] = {"home": tmp_path, "media_address": "192.168.5.2"}
    inside = render(plan_of(Settings(**wanted)), installed, local)
    assert "ice_deny=172.17.0.1/32,fe80::1/128\n" in inside["rtp.conf"]
    assert "ice_host_candidates" not in inside["rtp.conf"] and "external" not in inside["pjsip.conf"]
    outside = render(plan_of(Settings(**wanted, public_address="203.0.113.4")), installed, local)
    assert "192.168.5.2 => 203.0.113.4,include_local_address\n" in outside["rtp.conf"]
    assert outside["pjsip.conf"].count("external_media_address=203.0.113.4\n") == 2
    assert "local_net=192.168.0.0/16\n" in outside["pjsip.conf"]


def test_what_a_browser_says_is_evened_out_where_there_is_a_relay(tmp_path: Path) -> None:
    def variable(ice: IceSettings, *, webrtc: bool = True) -> str | None:
        address = EngineAddress.all_of(Settings(home=tmp_path, http_port=0, sip_port=0, ice=ice))[0]
        objects = agent_objects(
            "u1", "x", webrtc, media_address="127.0.0.1", rtp_timeout_s=6, even_out_ms=address.even_out_ms
        )
        return objects[-1][2].get("set_var")

    relay = IceSettings(turn=(TURN,), turn_secret="x")
    assert variable(relay) == "JITTERBUFFER(adaptive)=600,2000,20"
    assert variable(relay, webrtc=False) is None and variable(IceSettings()) is None
    assert variable(IceSettings(turn=(TURN,), turn_secret="x", even_out_ms=0)) is None


def test_the_example_of_coturn_lets_nobody_past_the_engine() -> None:
    words = Path(__file__).parents[2] / "deploy" / "turnserver.conf"
    settings = [line for line in words.read_text().splitlines() if line and not line.startswith("#")]
    allowed = [line for line in settings if line.startswith("allowed-peer-ip")]
    assert allowed == ["allowed-peer-ip=MEDIA_ADDRESS"]
    assert "denied-peer-ip=0.0.0.0-255.255.255.255" in settings and "no-tcp-relay" in settings
