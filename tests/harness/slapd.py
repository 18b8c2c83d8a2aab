"""A directory for tests: OpenLDAP's own server in a folder of its own, on free ports of this machine, for as
long as it is needed. It agrees to binds without a password (RFC 4513, 5.1.2), as some directories do.

Half of its people are kept as OpenLDAP keeps them, half as Active Directory does.
"""

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from andon.kit import certificates
from harness.ports import free_port

_SLAPD = "/usr/sbin/slapd"
BASE = "dc=example,dc=com"
READER, READER_PASSWORD = f"cn=andon,{BASE}", "read only"
ROOT, ROOT_PASSWORD = f"cn=root,{BASE}", "root of all"
PASSWORD = "mulu de mima"
AD_GUID = UUID("6f9619ff-8b86-d011-b42d-00cf4fc964ff")
AD_FILTER = (
    "(&(objectClass=user)(|(sAMAccountName={login})(userPrincipalName={login}@example.com))"
    "(!(userAccountControl:1.2.840.113556.1.4.803:=2)))"
)
AGENTS, LEADERS = (f"cn={name},ou=windows,{BASE}" for name in ("agents", "leaders"))
_SCHEMAS = ("core", "cosine", "inetorgperson")
# Of Microsoft's schema what log-in needs; the file that OpenLDAP brings has no rules to search by.
_ACTIVE_DIRECTORY = """
attributetype ( 1.2.840.113556.1.4.221 NAME 'sAMAccountName' EQUALITY caseIgnoreMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.656 NAME 'userPrincipalName' EQUALITY caseIgnoreMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.8 NAME 'userAccountControl' EQUALITY integerMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.2 NAME 'objectGUID' EQUALITY octetStringMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.2.102 NAME 'memberOf' EQUALITY distinguishedNameMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.12 )
objectclass ( 1.2.840.113556.1.5.9 NAME 'user' SUP organizationalPerson STRUCTURAL
  MAY ( sAMAccountName $ userPrincipalName $ userAccountControl $ objectGUID $ memberOf ) )
"""


def person(uid: str, where: str, **more: str) -> str:
    """An entry as OpenLDAP keeps it."""
    lines = [
        f"dn: uid={uid},ou={where},{BASE}",
        "objectClass: inetOrgPerson",
        f"uid: {uid}",
        f"userPassword: {PASSWORD}",
        *(f"{name}: {value}" for name, value in ({"cn": uid, "sn": uid} | more).items()),
    ]
    return "\n".join(lines) + "\n"


def account(name: str, control: int, guid: UUID) -> str:
    """An entry as Active Directory keeps it; bit 2 of `control`: disabled."""
    return f"""dn: cn={name},ou=windows,{BASE}
objectClass: user
cn: {name}
sn: {name}
sAMAccountName: {name}
userPrincipalName: {name}@example.com
userAccountControl: {control}
objectGUID:: {b64encode(guid.bytes_le).decode()}
userPassword: {PASSWORD}
"""


def _everybody() -> str:
    entries = [
        f"dn: {BASE}\nobjectClass: dcObject\nobjectClass: organization\no: Example\ndc: example\n",
        f"dn: {READER}\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\ncn: andon\n"
        f"userPassword: {READER_PASSWORD}\n",
        *(
            f"dn: ou={name},{BASE}\nobjectClass: organizationalUnit\nou: {name}\n"
            for name in ("people", "guests", "windows")
        ),
        person("li", "people", cn="李 丽", mobile="+86 138 0000 1234", mail="Li@Example.com"),
        person("zhao", "people"),
        person("zhao", "guests"),
        account("wu", 512, AD_GUID) + f"memberOf: {AGENTS}\nmemberOf: {LEADERS}\n",
        account("zheng", 514, UUID(int=7)),
    ]
    return "\n".join(entries)


@dataclass
class Slapd:
    """The server, seen from a test. `authority` signed its certificate, which is for `127.0.0.1`."""

    folder: Path
    port: int
    tls_port: int
    authority: Path
    encrypted: bool
    process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        return f"ldap://127.0.0.1:{self.port}"

    @property
    def tls_url(self) -> str:
        return f"ldaps://127.0.0.1:{self.tls_port}"

    @property
    def settings(self) -> dict[str, Any]:
        return {
            "urls": [self.url],
            "ca_file": str(self.authority),
            "bind_dn": READER,
            "bind_password": READER_PASSWORD,
            "base": BASE,
        }

    async def start(self) -> None:
        """Returns when it listens."""
        urls = f"{self.url} {self.tls_url}" if self.encrypted else self.url
        configuration = str(self.folder / "slapd.conf")
        process = await asyncio.create_subprocess_exec(_SLAPD, "-f", configuration, "-h", urls, "-d", "0")
        self.process = process
        while True:
            assert process.returncode is None, "slapd did not start"
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", self.port)
            except OSError:
                await asyncio.sleep(0.02)
            else:
                writer.close()
                return

    async def stop(self) -> None:
        if self.process is not None:
            if self.process.returncode is None:
                self.process.terminate()
            await self.process.wait()

    async def add(self, entry: str) -> None:
        """One more entry."""
        await self._as_root("-a", stdin=entry)

    async def put(self, dn: str, attribute: str, *values: str) -> None:
        """These values in the place of those there are."""
        lines = [f"dn: {dn}", "changetype: modify", f"replace: {attribute}"]
        await self._as_root(stdin="\n".join([*lines, *(f"{attribute}: {value}" for value in values), ""]))

    async def remove(self, uid: str) -> None:
        """Somebody among `people` leaves."""
        await self._as_root(stdin=f"dn: uid={uid},ou=people,{BASE}\nchangetype: delete\n")

    async def _as_root(self, *more: str, stdin: str) -> None:
        who = ["-H", self.url, "-x", "-D", ROOT, "-w", ROOT_PASSWORD]
        await _run("ldapmodify", *who, *more, stdin=stdin)


async def _run(*command: str, stdin: str = "") -> None:
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate(stdin.encode())
    assert process.returncode == 0, said.decode()


def _configuration(folder: Path, made: certificates.Made | None) -> str:
    tls = (
        []
        if made is None
        else [
            f"TLSCACertificateFile {made.authority}",
            f"TLSCertificateFile {made.certificate}",
            f"TLSCertificateKeyFile {made.key}",
        ]
    )
    lines = [
        *(f"include /etc/ldap/schema/{name}.schema" for name in _SCHEMAS),
        _ACTIVE_DIRECTORY,
        "modulepath /usr/lib/ldap",
        "moduleload back_mdb",
        "allow bind_anon_cred bind_anon_dn",
        *tls,
        "database mdb",
        "maxsize 10485760",
        f'suffix "{BASE}"',
        f"directory {folder}/data",
        f'rootdn "{ROOT}"',
        f'rootpw "{ROOT_PASSWORD}"',
        "access to attrs=userPassword by anonymous auth by * none",
        f'access to * by dn.exact="{READER}" read by * none',
    ]
    return "\n".join(lines) + "\n"


@asynccontextmanager
async def started(folder: Path, *, tls: bool = True) -> AsyncIterator[Slapd]:
    """The server, listening; without `tls` it has no certificate."""
    (folder / "data").mkdir(parents=True)
    made = certificates.make(folder / "tls", ["127.0.0.1"])
    configuration, entries = folder / "slapd.conf", folder / "everybody.ldif"
    configuration.write_text(_configuration(folder, made if tls else None))
    entries.write_text(_everybody())
    await _run("/usr/sbin/slapadd", "-f", str(configuration), "-l", str(entries))
    running = Slapd(folder, free_port(), free_port(), made.authority, tls)
    try:
        await running.start()
        yield running
    finally:
        await running.stop()
