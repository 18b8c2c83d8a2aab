"""A local certificate authority and a server certificate for a network without public names.

Browsers give the microphone to secure pages only. The authority's certificate is installed once on each
desk; its key stays here, so that a renewed server certificate needs no second visit.
"""

import datetime
import ipaddress
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from andon.kit import i18n
from andon.kit.i18n import Locale, register

register(
    {
        "cert.advice": (
            "证书已生成。\n"
            "1. 在每台座席电脑上把 {authority} 安装为受信任的根证书(文件 {authority_key} 请勿外传)。\n"
            "2. 设置 ANDON_TLS_CERT={certificate}\n        ANDON_TLS_KEY={key}\n"
            "   然后重新启动。\n"
            "适用的名称: {names};有效期至 {until}。",
            "The certificate is made.\n"
            "1. On every desk, install {authority} as a trusted root (never give away {authority_key}).\n"
            "2. Set ANDON_TLS_CERT={certificate}\n       ANDON_TLS_KEY={key}\n"
            "   and start again.\n"
            "It is for: {names}; valid until {until}.",
        )
    }
)

_AUTHORITY_DAYS = 3650
_SERVER_DAYS = 397  # the longest that browsers accept


@dataclass(frozen=True)
class Made:
    """Where everything is."""

    authority: Path
    authority_key: Path
    certificate: Path
    key: Path
    names: tuple[str, ...]
    until: datetime.datetime

    def advice(self, locale: Locale) -> str:
        """What to do with it, in words."""
        return i18n.text(
            "cert.advice",
            locale,
            authority=self.authority,
            authority_key=self.authority_key,
            certificate=self.certificate,
            key=self.key,
            names=", ".join(self.names),
            until=f"{self.until:%Y-%m-%d}",
        )


def make(folder: Path, names: Iterable[str]) -> Made:
    """Make a server certificate for host names and addresses, and the authority when there is none.

    `localhost`, the loop-back addresses and this machine's name are always included.
    """
    folder.mkdir(parents=True, exist_ok=True)
    authority, authority_key = _authority(folder)
    wanted = tuple(dict.fromkeys([*names, socket.gethostname(), "localhost", "127.0.0.1", "::1"]))
    now = datetime.datetime.now(datetime.UTC)
    until = min(now + datetime.timedelta(days=_SERVER_DAYS), authority.not_valid_after_utc)
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, wanted[0][:64])]))
        .issuer_name(authority.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(until)
        .add_extension(x509.SubjectAlternativeName([_alternative(name) for name in wanted]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False
        )
        .sign(authority_key, hashes.SHA256())
    )
    _write_key(folder / "server.key", key)
    chain = certificate.public_bytes(serialization.Encoding.PEM) + authority.public_bytes(
        serialization.Encoding.PEM
    )
    (folder / "server.crt").write_bytes(chain)
    return Made(
        folder / "andon-authority.crt",
        folder / "andon-authority.key",
        folder / "server.crt",
        folder / "server.key",
        wanted,
        until,
    )


def _authority(folder: Path) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    certificate_file, key_file = folder / "andon-authority.crt", folder / "andon-authority.key"
    if certificate_file.exists() and key_file.exists():
        known = serialization.load_pem_private_key(key_file.read_bytes(), None)
        if isinstance(known, ec.EllipticCurvePrivateKey):
            return x509.load_pem_x509_certificate(certificate_file.read_bytes()), known
    now = datetime.datetime.now(datetime.UTC)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [x509.NameAttribute(NameOID.COMMON_NAME, f"Andon authority of {socket.gethostname()}"[:64])]
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=_AUTHORITY_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=False,
                content_commitment=False,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=True,
                crl_sign=True,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    _write_key(key_file, key)
    certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return certificate, key


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
