"""The known design: the same Asterisk with a static dial plan, app_queue, Dial and MixMonitor; no Python."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from andon.kit.settings import Settings
from andon.telephony.engine.config import render
from andon.telephony.engine.install import ensure
from andon.telephony.engine.layout import plan_of
from andon.telephony.engine.process import EngineProcess
from bench import menus
from bench.ours import MENU, QUEUE, RECORDED
from bench.sip import Phones

MODULES = ("app_queue.so", "app_dial.so", "func_base64.so", "pbx_spool.so")


@asynccontextmanager
async def reference(settings: Settings, phones: Phones, agents: int) -> AsyncIterator[EngineProcess]:
    """Start it with `agents` queue members, all at `phones`; it answers `QUEUE`, `RECORDED` and
    `MENU`."""
    plan = msgspec.structs.replace(plan_of(settings), app="none")
    installed = ensure(settings.asterisk_prefix, print)
    files = render(plan, installed, [])
    tone = settings.folder("bench") / "tone.wav"
    tone.write_bytes(menus.prompt())
    extra = {
        "modules.conf": files["modules.conf"] + "".join(f"load={name}\n" for name in MODULES),
        "pjsip.conf": files["pjsip.conf"] + _trunk() + "".join(_phone(n, phones.port) for n in range(agents)),
        "queues.conf": _queue(agents),
        "queuerules.conf": "",
        "extensions.conf": _dialplan(plan.raw_recordings, agents, tone.with_suffix("")),
    }
    process = EngineProcess(plan, installed, replace=extra)
    await process.start()
    try:
        yield process
    finally:
        await process.stop()


def _trunk() -> str:
    return """
[trunk]
type=endpoint
context=bench
disallow=all
allow=alaw,ulaw
dtmf_mode=rfc4733
direct_media=no
send_connected_line=no
aors=trunk

[trunk]
type=aor
max_contacts=1

[trunk]
type=identify
endpoint=trunk
match=127.0.0.1
"""


def _phone(n: int, port: int) -> str:
    return f"""
[u{n}]
type=endpoint
context=none
disallow=all
allow=alaw,ulaw
dtmf_mode=rfc4733
direct_media=no
aors=u{n}

[u{n}]
type=aor
contact=sip:u{n}@127.0.0.1:{port}
"""


def _queue(agents: int) -> str:
    members = "".join(f"member => PJSIP/u{n}\n" for n in range(agents))
    return (
        "[general]\npersistentmembers=no\nautofill=yes\n\n"
        f"[bench]\nstrategy=leastrecent\nringinuse=no\ntimeout=20\nretry=1\nwrapuptime=0\n{members}"
    )


def _dialplan(raw: Path, agents: int, tone: Path) -> str:
    # the same two files as ours; callers' numbers follow one another, so that Dial too finds a free phone
    record = f"MixMonitor(,r({raw}/${{UNIQUEID}}.rx.wav)t({raw}/${{UNIQUEID}}.tx.wav))"
    return f"""
[general]
static=yes
writeprotect=yes
autofallthrough=yes

[bench]
exten => {QUEUE},1,Queue(bench,,,,60)
 same => n,Hangup()
exten => {RECORDED},1,Answer(0)
 same => n,{record}
 same => n,Dial(PJSIP/u$[${{CALLERID(num)}} % {agents}],20)
 same => n,Hangup()
exten => {MENU},1,Answer(0)
 same => n,Goto(menu,s,1)

[menu]
exten => s,1,Background({tone})
 same => n,WaitExten(10)
 same => n,Hangup()
exten => 1,1,Goto(s,1)
"""
