"""Before anything starts: is the home ours, are the ports free, is the certificate good? One clear sentence
when not."""

import errno
import fcntl
import os
import socket
import ssl
from contextlib import closing
from datetime import UTC, datetime
from typing import IO

from cryptography import x509

from andon.kit.errors import AndonError
from andon.kit.settings import Settings


def claim_home(settings: Settings) -> IO[str]:
    """Lock the home for this process; keep the returned file open as long as it serves.

    Raises `serve.already_running` when another Andon holds it."""
    path = settings.folder("run") / "serve.lock"
    handle = path.open("a+")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        handle.seek(0)
        pid = handle.read().strip() or "?"
        handle.close()
        raise AndonError("serve.already_running", 409, pid=pid, home=str(settings.home)) from None
    handle.truncate(0)
    handle.write(str(os.getpid()))
    handle.flush()
    return handle


def check_ports(settings: Settings) -> None:
    """Raise `serve.port_busy`, `serve.port_denied` or `serve.address_missing` for a port we cannot have."""
    ports = settings.ports()
    both = (socket.SOCK_DGRAM, socket.SOCK_STREAM)
    wanted: list[tuple[str, int, str, str, str, tuple[socket.SocketKind, ...]]] = [
        (settings.http_host, ports.http, "HTTP", "ANDON_HTTP_PORT", "ANDON_HTTP_HOST", (socket.SOCK_STREAM,)),
        (
            settings.sip_host,
            ports.sip,
            "SIP",
            "ANDON_SIP_PORT",
            "ANDON_SIP_HOST",
            both,
        ),
        ("127.0.0.1", ports.ari, "ARI", "ANDON_ARI_PORT", "", (socket.SOCK_STREAM,)),
        ("127.0.0.1", ports.ami, "AMI", "ANDON_AMI_PORT", "", (socket.SOCK_STREAM,)),
    ]
    for node in settings.nodes:
        host, name = str(node.host), "ANDON_NODES"
        if node.started:
            wanted.append((host, node.sip_port, f"SIP {node.name}", name, name, both))
            wanted.append((host, node.ari_port, f"ARI {node.name}", name, name, (socket.SOCK_STREAM,)))
            wanted.append((host, node.ami_port, f"AMI {node.name}", name, name, (socket.SOCK_STREAM,)))
    for host, port, what, variable, host_variable, kinds in wanted:
        for kind in kinds:
            _check(host, port, what, variable, host_variable, kind)


def _check(
    host: str, port: int, what: str, variable: str, host_variable: str, kind: socket.SocketKind
) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with closing(socket.socket(family, kind)) as probe:
        if kind == socket.SOCK_STREAM:
            # A port in TIME_WAIT after a quick restart is not busy.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EACCES:
                raise AndonError("serve.port_denied", port=port, what=what, variable=variable) from None
            if error.errno == errno.EADDRNOTAVAIL:
                raise AndonError(
                    "serve.address_missing", host=host, what=what, variable=host_variable
                ) from None
            raise AndonError("serve.port_busy", 409, port=port, what=what, variable=variable) from None


def check_certificate(settings: Settings) -> datetime | None:
    """Until when pages can be served over HTTPS; None without it. Raises `serve.certificate_bad`,
    `serve.certificate_expired`."""
    certificate, key = settings.tls_cert, settings.tls_key
    if certificate is None or key is None:
        return None
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(certificate, key, password="")
        until = x509.load_pem_x509_certificate(certificate.read_bytes()).not_valid_after_utc
    except (OSError, ValueError) as error:
        why = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise AndonError(
            "serve.certificate_bad", 500, certificate=str(certificate), key=str(key), why=why
        ) from None
    if until < datetime.now(UTC):
        said = f"{until:%Y-%m-%d}"
        raise AndonError("serve.certificate_expired", 500, certificate=str(certificate), until=said)
    return until
