"""The engine's configuration files as text, made from an `EnginePlan`. No file is read here.

Accounts and trunks are not in files: they are pushed over ARI into memory and are gone with the process.
"""

import hashlib
import ipaddress
from collections.abc import Iterable, Sequence

from andon.telephony.engine.install import Installed
from andon.telephony.engine.layout import EnginePlan
from andon.telephony.engine.modules import names

USER = "andon"
CONTACT_VARIABLE = "ANDON_CONTACT"
FALLBACK_ACCOUNT = "andon-fallback"  # accountcode of calls that met no application, at first or at all
AGAIN_S, TRIES = 0.25, 60  # such a call asks for the application again, for a quarter of a minute
ECHO_ACCOUNT = "andon-echo"  # accountcode of an agent's echo test
PASSED_ON = {"H1": "X-Andon-Contact", "H2": "X-Andon-Return", "H3": "Alert-Info"}  # from node to device
# What is not behind the NAT: told the machine's own address, not the public one.
LOCAL_NETS = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8")
HTTP_SESSIONS = 5000  # every browser's SIP holds one
WRITE_TIMEOUT_MS = 5000

# the columns of the witness, which `reporting.ledger` reads
CEL_FIELDS = (
    "eventtype",
    "eventtime",
    "uniqueid",
    "linkedid",
    "channame",
    "exten",
    "context",
    "accountcode",
    "eventextra",
)


# the tones of China, GB/T 3380 and ITU-T E.180 supplement 2
INDICATIONS = """[general]
country=cn

[cn]
description=China
ringcadence=1000,4000
dial=450
busy=450/350,0/350
ring=450/1000,0/4000
congestion=450/700,0/700
callwaiting=450/400,0/4000
"""


def render(plan: EnginePlan, installed: Installed, local_addresses: Sequence[str]) -> dict[str, str]:
    """File name below `etc` to its text. `local_addresses` are the machine's own, without loop-back."""
    return {
        "asterisk.conf": _asterisk(plan, installed),
        "modules.conf": "[modules]\nautoload=no\n"
        + "".join(f"load={name}.so\n" for name in names(installed.modules)),
        "logger.conf": "[general]\ndateformat=%F %T.%3q\nqueue_log=no\n\n[logfiles]\n"
        "messages.log => notice,warning,error\nsecurity.log => security\n",
        "pjsip.conf": _pjsip(plan),
        "sorcery.conf": _sorcery(),
        "rtp.conf": _rtp(plan, local_addresses),
        "http.conf": f"[general]\nenabled=yes\nbindaddr={plan.control_host}\nbindport={plan.ari_port}\n"
        f"sessionlimit={HTTP_SESSIONS}\nsession_inactivity=30000\nenablestatic=no\n",
        "ari.conf": f"[general]\nenabled=yes\npretty=no\nwebsocket_write_timeout={WRITE_TIMEOUT_MS}\n"
        f"channelvars={CONTACT_VARIABLE}\n\n[{USER}]\ntype=user\nread_only=no\npassword={plan.ari_secret}\n",
        "manager.conf": f"[general]\nenabled=yes\nbindaddr={plan.control_host}\nport={plan.ami_port}\n"
        f"webenabled=no\ndisplayconnects=no\ntimestampevents=yes\n\n[{USER}]\nsecret={plan.ami_secret}\n"
        f"{_permitted(plan)}read=system\nwrite=system,call\n"
        "writetimeout=5000\neventfilter=Event: ContactStatus\n",
        "extensions.conf": _extensions(plan),
        "musiconhold.conf": f"[default]\nmode=files\ndirectory={plan.music / 'default'}\nsort=alpha\n"
        + (f'#tryinclude "{plan.own_music}"\n' if plan.own_music else ""),
        "cel.conf": "[general]\nenable=yes\nevents=CHAN_START,ANSWER,HANGUP,CHAN_END,LINKEDID_END\n",
        "cel_custom.conf": _cel_custom(plan),
        "cdr.conf": "[general]\nenable=no\n",
        "features.conf": "[general]\n\n[featuremap]\n",
        # present but empty: their absence is logged as an error
        "pjproject.conf": "[startup]\n",
        "acl.conf": "",
        "codecs.conf": "",
        "ccss.conf": "[general]\n",
        "udptl.conf": "[general]\n",
        "websocket_client.conf": "",
        "indications.conf": INDICATIONS,
    }


def _permitted(plan: EnginePlan) -> str:
    """From where the manager interface may be used."""
    if ipaddress.ip_address(plan.control_host).is_loopback:
        return "deny=0.0.0.0/0.0.0.0\npermit=127.0.0.1/255.255.255.255\n"
    return ""


def _asterisk(plan: EnginePlan, installed: Installed) -> str:
    directories = {
        "astetcdir": plan.etc,
        "astmoddir": installed.modules,
        "astvarlibdir": plan.home / "lib",
        "astdbdir": plan.home / "lib",
        "astkeydir": plan.home / "lib",
        "astcachedir": plan.home / "cache",
        "astdatadir": installed.data,
        "astagidir": plan.home / "lib",
        "astspooldir": plan.home / "spool",
        "astrundir": plan.run,
        "astlogdir": plan.log,
        "astsbindir": plan.home / "lib",
    }
    digest = hashlib.sha256(str(plan.home).encode()).digest()
    entity = ":".join(f"{byte:02x}" for byte in (0x02, *digest[:5]))  # 02: locally administered
    options = {
        "systemname": plan.node,
        "entityid": entity,
        "nocolor": "yes",
        "transmit_silence": "yes",
        "live_dangerously": "no",
        "defaultlanguage": "en",
        "hideconnect": "yes",
        "disable_remote_console_shell": "yes",
    }
    lines = ["[directories]", *(f"{key} => {value}" for key, value in directories.items())]
    return "\n".join([*lines, "", "[options]", *(f"{key} = {value}" for key, value in options.items()), ""])


def _pjsip(plan: EnginePlan) -> str:
    bind = f"{plan.sip_host}:{plan.sip_port}"
    outside = ""
    if plan.public_address:
        outside = "".join(f"local_net={net}\n" for net in LOCAL_NETS)
        outside += f"external_media_address={plan.public_address}\n"
        outside += f"external_signaling_address={plan.public_address}\n"
    return f"""[global]
type=global
user_agent=Andon
endpoint_identifier_order=username,ip,auth_username
max_initial_qualify_time=1
default_realm=andon

[system]
type=system
disable_tcp_switch=yes

[udp]
type=transport
protocol=udp
bind={bind}
allow_reload=no
{outside}
[tcp]
type=transport
protocol=tcp
bind={bind}
allow_reload=no
{outside}
[ws]
type=transport
protocol=ws
bind={plan.control_host}:{plan.ari_port}
"""


def _sorcery() -> str:
    objects = "".join(
        f"{kind}=config,pjsip.conf,criteria=type={kind}\n{kind}=memory\n"
        for kind in ("endpoint", "auth", "aor")
    )
    return (
        f"[res_pjsip]\n{objects}contact=memory\n\n"
        "[res_pjsip_endpoint_identifier_ip]\nidentify=config,pjsip.conf,criteria=type=identify\nidentify=memory\n\n"
        "[res_pjsip_outbound_registration]\n"
        "registration=config,pjsip.conf,criteria=type=registration\nregistration=memory\n"
    )


def _rtp(plan: EnginePlan, local_addresses: Sequence[str]) -> str:
    text = f"[general]\nrtpstart={plan.rtp_from}\nrtpend={plan.rtp_to}\nstrictrtp=yes\nicesupport=yes\n"
    media = ipaddress.ip_address(plan.media_address)
    if media.is_unspecified:
        return text
    if not media.is_loopback:
        # Sound is bound to the one address: candidates of others lead nowhere, and tell of the inside.
        text += _denied(address for address in local_addresses if address != plan.media_address)
        if plan.public_address:
            text += f"\n[ice_host_candidates]\n{media} => {plan.public_address},include_local_address\n"
        return text
    # The engine never offers 127.0.0.0/8 as an ICE candidate. One address of the machine stands for it, the
    # others are kept out, so that a browser on this machine is offered exactly the loop-back address.
    v4 = [a for a in local_addresses if ipaddress.ip_address(a).version == 4]
    if not v4:
        return text
    text += _denied(address for address in local_addresses if address != v4[0])
    return text + f"\n[ice_host_candidates]\n{v4[0]} => {plan.media_address}\n"


def _denied(addresses: Iterable[str]) -> str:
    denied = ",".join(f"{address}/{ipaddress.ip_address(address).max_prefixlen}" for address in addresses)
    return f"ice_deny={denied}\n" if denied else ""


def _cel_custom(plan: EnginePlan) -> str:
    # this spelling is known to every release, and newer ones turn it into their fast form by themselves
    spelled = {
        name: f"${{CHANNEL({name})}}"
        for name in CEL_FIELDS
        if name not in ("eventtype", "eventtime", "eventextra")
    }
    columns = (f"${{CSV_QUOTE({spelled.get(name, f'${{{name}}}')})}}" for name in CEL_FIELDS)
    return f"[mappings]\n{plan.cel.name} => {','.join(columns)}\n"


def _extensions(plan: EnginePlan) -> str:
    # A call that finds the application away rings on and asks again, until another core has taken over.
    # The endpoint's name cut out of the channel's, `PJSIP/<endpoint>-<8 hex>`: asking for it by CHANNEL()
    # costs a turn of the call's SIP thread before the application hears of the call.
    def arrive(pattern: str, kind: str) -> str:
        ask = f"Stasis({plan.app},{kind},${{CHANNEL:6:-9}})\n"
        met = ' same => n,GotoIf($["${STASISSTATUS}" != "FAILED"]?over)\n'
        return (
            f"exten => {pattern},1,{ask}{met}"
            f" same => n,Set(CHANNEL(accountcode)={FALLBACK_ACCOUNT})\n same => n,Ringing()\n"
            f" same => n(again),Wait({AGAIN_S})\n same => n,{ask}{met}"
            " same => n,Set(TRIES=$[0${TRIES} + 1])\n"
            f" same => n,GotoIf($[${{TRIES}} < {TRIES}]?again:fallback,s,1)\n"
            " same => n(over),Hangup()\n"
        )

    sorry = "&".join(str(plan.prompts / language / "sorry_error") for language in ("zh", "en"))
    # patterns of two characters and more may hold letters, so that odd numbers get a named outcome;
    # single letters are extensions with a meaning of their own (h, i, t, s)
    heard = "".join(
        f" same => n,Set(__{name}=${{PJSIP_HEADER(read,{header})}})\n" for name, header in PASSED_ON.items()
    )
    passed_on = "".join(
        f' same => n,GotoIf($["${{LEN(${{{name}}})}}" = "0"]?no-{name})\n'
        f" same => n,Set(PJSIP_HEADER(add,{header})=${{{name}}})\n same => n(no-{name}),NoOp()\n"
        for name, header in PASSED_ON.items()
    )
    inbound = "".join(arrive(pattern, "inbound") for pattern in ("_[0-9+*#]", "_[0-9+*#A-Za-z_].", "s"))
    return f"""[general]
static=yes
writeprotect=yes
autofallthrough=yes

[from-trunk]
{inbound}
[from-agent]
exten => echo,1,Set(CHANNEL(accountcode)={ECHO_ACCOUNT})
 same => n,Answer()
 same => n,Echo()
 same => n,Hangup()
exten => _[!-~]!,1,Hangup(21)

; another node calls a device that is registered here
[from-node]
exten => _u.,1,NoOp()
{heard} same => n,Dial(PJSIP/${{EXTEN}},,b(from-node-headers^s^1))
 same => n,Hangup(${{HANGUPCAUSE}})

[from-node-headers]
exten => s,1,NoOp()
{passed_on} same => n,Return()

; the application stays away: say so and end the call
[fallback]
exten => s,1,Answer()
 same => n,Playback({sorry},noanswer)
 same => n,Hangup(41)

[default]
"""
