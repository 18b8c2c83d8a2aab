"""What the engine says to people: errors with a remedy, progress of its installation, findings of doctor."""

from andon.kit.i18n import register

OWN = "Asterisk 20.14, 22.4"

register(
    {
        # errors
        "error.engine.no_apt.title": (
            "这台机器没有 {tool}，无法取得 Asterisk",
            "{tool} is missing on this machine, so Asterisk cannot be fetched",
        ),
        "error.engine.no_apt.remedy": (
            f"请自行安装 {OWN} 或更新的版本，并确保 asterisk 命令在 PATH 中",
            f"Install {OWN} or newer yourself, with the command asterisk on PATH",
        ),
        "error.engine.no_keyring.title": (
            "缺少 Debian 的签名密钥，无法核对软件包",
            "The Debian key ring is missing, so packages cannot be verified",
        ),
        "error.engine.no_keyring.remedy": (
            "请安装软件包 debian-archive-keyring",
            "Install the package debian-archive-keyring",
        ),
        "error.engine.no_mirror.title": (
            "本机的 apt 来源中没有 Debian 镜像",
            "No Debian mirror is among this machine's apt sources",
        ),
        "error.engine.no_mirror.remedy": (
            f"用 ANDON_DEBIAN_MIRROR 给出一个镜像地址，或自行安装 {OWN} 或更新的版本",
            f"Set ANDON_DEBIAN_MIRROR to the address of one, or install {OWN} or newer yourself",
        ),
        "error.engine.fetch_failed.title": (
            "apt 没能从 Debian testing 取得 Asterisk:\n{detail}",
            "apt could not fetch Asterisk from Debian testing:\n{detail}",
        ),
        "error.engine.fetch_failed.remedy": (
            "请检查网络和镜像，然后运行 andon engine install",
            "Check the network and the mirror, then run: andon engine install",
        ),
        "error.engine.fetch_slow.title": (
            "取得 Asterisk 超过了 {minutes} 分钟",
            "Fetching Asterisk took longer than {minutes} minutes",
        ),
        "error.engine.fetch_slow.remedy": (
            "请检查网络，然后再次运行 andon engine install",
            "Check the network, then run andon engine install again",
        ),
        "error.engine.does_not_run.title": (
            "解开到 {where} 的 Asterisk 在这台机器上不能运行",
            "The Asterisk unpacked into {where} does not run on this machine",
        ),
        "error.engine.does_not_run.remedy": (
            f"需要 x86-64 或 arm64 的 Linux;也可自行安装 {OWN} 或更新的版本",
            f"It needs x86-64 or arm64 Linux; or install {OWN} or newer yourself",
        ),
        "error.engine.start_failed.title": (
            "Asterisk 启动后退出了：\n{detail}",
            "Asterisk ended while starting:\n{detail}",
        ),
        "error.engine.start_failed.remedy": (
            "完整日志在 {log}；运行 andon doctor 检查端口和磁盘",
            "The whole log is in {log}; run andon doctor to check ports and disk",
        ),
        "error.engine.start_slow.title": (
            "Asterisk 在 {seconds} 秒内没有就绪：\n{detail}",
            "Asterisk was not ready within {seconds} s:\n{detail}",
        ),
        "error.engine.start_slow.remedy": (
            "完整日志在 {log}；机器可能过忙",
            "The whole log is in {log}; the machine may be too busy",
        ),
        # progress
        "engine.install.lists": (
            "Asterisk:读取 Debian testing 的软件包列表",
            "Asterisk: reading the package lists of Debian testing",
        ),
        "engine.install.expired": (
            "Asterisk:镜像的列表已过期，继续使用；签名仍然核对",
            "Asterisk: the mirror's list is past its date; going on, its signature is still checked",
        ),
        "engine.install.fetch": (
            "Asterisk:下载软件包(约 80 MB)",
            "Asterisk: fetching the packages (about 80 MB)",
        ),
        "engine.install.unpack": (
            "Asterisk:解开 {count} 个软件包",
            "Asterisk: unpacking {count} packages",
        ),
        "engine.install.wait": (
            "Asterisk:另一个安装正在下载，等待中",
            "Asterisk: another installation is fetching it, waiting",
        ),
        "engine.install.ready": ("Asterisk {version} 已就绪", "Asterisk {version} is ready"),
        # the doctor
        "doctor.engine.ok": ("媒体引擎：Asterisk {version}", "Media engine: Asterisk {version}"),
        "doctor.engine.bad": (
            "没有找到可用的 Asterisk({minimum} 或更新)",
            "No usable Asterisk was found ({minimum} or newer)",
        ),
        "doctor.engine.remedy": ("运行 andon engine install", "Run: andon engine install"),
        "doctor.ports.ok": ("端口空闲或由本系统使用：{ports}", "Ports are free or ours: {ports}"),
        "doctor.ports.bad": (
            "端口已被其他程序占用：{ports}",
            "Ports are in use by other programs: {ports}",
        ),
        "doctor.ports.remedy": (
            "停掉占用的程序，或用 {variables} 换端口",
            "Stop those programs, or choose other ports with {variables}",
        ),
        "doctor.address.ok": (
            "浏览器通话的地址：{address}",
            "Address for calls in the browser: {address}",
        ),
        "doctor.address.bad": (
            "这台机器只有 127.0.0.1,浏览器里的通话会没有声音",
            "This machine has only 127.0.0.1, so calls in a browser would be silent",
        ),
        "doctor.address.remedy": (
            "给机器一个地址，例如：ip addr add 192.0.2.2/32 dev lo",
            "Give the machine one, for instance: ip addr add 192.0.2.2/32 dev lo",
        ),
        "doctor.relay.ok": (
            "中继 {url} 接受我们的凭证，通到 {addresses}，别处不通",
            "The relay {url} takes our credentials and leads to {addresses}, and nowhere else",
        ),
        "doctor.relay.bad": ("中继 {url}：{why}", "The relay {url}: {why}"),
        "doctor.relay.remedy": (
            "对照 docs/remote-desk.md 检查 ANDON_ICE 与 coturn 的配置",
            "Compare ANDON_ICE and coturn's configuration with docs/remote-desk.md",
        ),
        "doctor.relay.no_address": (
            "媒体地址是本机环回地址或 IPv6，中继到不了；请设置 ANDON_MEDIA_ADDRESS",
            "the media address is a loop-back one or IPv6, where no relay gets to; set ANDON_MEDIA_ADDRESS",
        ),
        "doctor.relay.secret": ("不认我们的密钥", "it does not know our secret"),
        "doctor.relay.unreachable": ("没有回答", "no answer"),
        "doctor.relay.closed": (
            "不放行引擎的媒体地址（allowed-peer-ip）",
            "it does not let through to the engine's media address (allowed-peer-ip)",
        ),
        "doctor.relay.open": (
            "通到不属于我们的地址，座席可借它进入内网（denied-peer-ip）",
            "it leads to addresses that are not ours: a way into your network (denied-peer-ip)",
        ),
        "doctor.audio.ok": (
            "真实环回通话：{ms} 毫秒接通，双向都听到对方的声音",
            "A real loop-back call: up in {ms} ms, each side heard the other",
        ),
        "doctor.audio.bad": ("环回通话失败：{detail}", "The loop-back call failed: {detail}"),
        "doctor.audio.remedy": (
            "检查防火墙是否拦截本机 UDP {rtp_from}–{rtp_to}；引擎日志在 {log}",
            "Check that no firewall blocks local UDP {rtp_from}–{rtp_to}; the engine's log is in {log}",
        ),
        "doctor.disk.ok": ("磁盘：{home} 还有 {free} GB", "Disk: {free} GB free at {home}"),
        "doctor.disk.bad": (
            "磁盘：{home} 只剩 {free} GB,或不可写",
            "Disk: only {free} GB free at {home}, or it cannot be written",
        ),
        "doctor.disk.remedy": (
            "至少留出 {least} GB,或用 ANDON_HOME 换一个位置；一百小时录音约 6 GB",
            "Free at least {least} GB or set ANDON_HOME elsewhere; a hundred hours of recording take 6 GB",
        ),
        "doctor.clock.ok": ("时钟：{now}，{synchronised}", "Clock: {now}, {synchronised}"),
        "doctor.clock.synchronised": ("已与时间服务器同步", "kept by a time server"),
        "doctor.clock.alone": ("没有时间服务器校准", "not kept by a time server"),
        "doctor.clock.bad": (
            "时钟显然不对：{now} 早于本软件的日期",
            "The clock is plainly wrong: {now} is before this software was made",
        ),
        "doctor.clock.remedy": (
            "请校准时间，例如安装 chrony",
            "Set the time, for instance by installing chrony",
        ),
    }
)
