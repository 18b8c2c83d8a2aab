"""What the command line says."""

from andon.kit.i18n import register

register(
    {
        "error.serve.already_running.title": (
            "这个目录上已有一个安灯在运行（进程 {pid}）：{home}",
            "An Andon is already running on this home (process {pid}): {home}",
        ),
        "error.serve.already_running.remedy": (
            "先停掉它，或用 ANDON_HOME 指定另一个目录",
            "Stop it first, or name another folder in ANDON_HOME",
        ),
        "error.serve.port_busy.title": (
            "端口 {port}（{what}）已被占用",
            "Port {port} ({what}) is in use by another program",
        ),
        "error.serve.port_busy.remedy": (
            "停掉占用它的程序，或用 {variable} 换一个端口",
            "Stop the program that uses it, or choose another port with {variable}",
        ),
        "error.serve.port_denied.title": (
            "没有权限使用端口 {port}（{what}）",
            "No right to use port {port} ({what})",
        ),
        "error.serve.port_denied.remedy": (
            "1024 以下的端口需要 root；用 {variable} 换一个大于 1024 的端口",
            "Ports below 1024 need root; choose one above 1024 with {variable}",
        ),
        "error.serve.address_missing.title": (
            "这台机器没有地址 {host}（{what}）",
            "This machine has no address {host} ({what})",
        ),
        "error.serve.address_missing.remedy": (
            "在 {variable} 中填写本机地址，例如 127.0.0.1",
            "Set {variable} to an address of this machine, for example 127.0.0.1",
        ),
        "error.serve.not_ready.title": (
            "{seconds} 秒内未能就绪：{parts}",
            "Not ready within {seconds} seconds: {parts}",
        ),
        "error.serve.not_ready.remedy": (
            "查看日志 {logs}，或运行 andon doctor",
            "Look at the logs in {logs}, or run andon doctor",
        ),
        "error.serve.certificate_bad.title": (
            "证书 {certificate} 与私钥 {key} 不能用：{why}",
            "Certificate {certificate} and key {key} cannot be used: {why}",
        ),
        "error.serve.certificate_bad.remedy": (
            "检查 ANDON_TLS_CERT（PEM，含中间证书）与 ANDON_TLS_KEY（PEM，不加密）",
            "Look at ANDON_TLS_CERT (PEM, with the chain) and ANDON_TLS_KEY (PEM, without a password)",
        ),
        "error.serve.certificate_expired.title": (
            "证书 {certificate} 已于 {until} 过期",
            "The certificate {certificate} ran out on {until}",
        ),
        "error.serve.certificate_expired.remedy": (
            "换上新的证书，或再次运行 andon cert",
            "Put a new one in its place, or run andon cert again",
        ),
        "error.serve.settings.title": ("设置有误：{wrong}", "The settings make no sense: {wrong}"),
        "error.serve.settings.remedy": (
            "对照 docs/settings.md 改正环境变量或配置文件",
            "Compare the variables, or the file, with docs/settings.md",
        ),
        "error.serve.child_failed.title": ("{what}失败", "{what} failed"),
        "error.serve.child_failed.remedy": ("查看日志 {log}", "Look at the log {log}"),
        "node.serving": ("接听中", "serving"),
        "node.draining": ("排空中", "draining"),
        "node.down": ("不在线", "down"),
        "node.left": ("通话 {calls}，话机 {devices}", "{calls} calls, {devices} devices"),
        "doctor.tls.ok": ("HTTPS 证书有效至 {until}", "The HTTPS certificate is good until {until}"),
        "serve.claim": ("检查目录与端口", "Checking folder and ports"),
        "serve.database": ("启动数据库", "Starting the database"),
        "serve.migrate": ("更新数据库结构", "Bringing the database up to date"),
        "serve.seed": ("写入演示数据", "Writing the demo's data"),
        "serve.engine": ("启动媒体引擎 Asterisk", "Starting the media engine, Asterisk"),
        "serve.processes": ("启动核心、网关与后台任务", "Starting core, edge and worker"),
        "serve.ready": ("等待可以接听电话", "Waiting until a call can be taken"),
        "serve.town": ("模拟城镇开始打电话", "The town begins to call"),
        "serve.stopping": ("正在停止…", "Stopping…"),
        "serve.stopped": (
            "已全部停止，数据保留在 {home}",
            "Everything has stopped; the data stays in {home}",
        ),
        "serve.open": ("打开网页", "Open"),
        "serve.up": ("安灯已就绪（用时 {seconds} 秒）", "Andon is ready ({seconds} s)"),
        "serve.stop_hint": ("按 Ctrl-C 全部停止", "Ctrl-C stops everything"),
        "serve.no_operator": (
            "还没有运营方：另开一个终端，运行 andon operator add 代号 --name 名称",
            "There is no operator yet: in another terminal, run andon operator add CODE --name NAME",
        ),
        "operator.made": (
            "已建立运营方“{name}”。管理员 {login}，密码 {password}（只显示这一次，登录后请修改）",
            "Operator “{name}” is made. Administrator {login}, password {password} (shown once; change it)",
        ),
        "operator.factor_reset": (
            "已重设 {login} 的两步验证：现在只用密码即可登录，请登录后马上重新设置",
            "The second factor of {login} is gone: the password alone logs in. Set up a new one at once",
        ),
        "demo.logins": (
            "登录账号（密码均为 {password}，仅供演示）",
            "Log-ins (password {password}, for the demo only)",
        ),
        "demo.agent": ("座席", "agent"),
        "demo.supervisor": ("班长", "supervisor"),
        "demo.administrator": ("管理员", "administrator"),
        "demo.client_viewer": ("甲方查看", "client viewer"),
        "demo.next": (
            "以座席登录 → 签入 → 设备检测 → 空闲，一分钟内会有真实来电",
            "Log in as an agent → sign in → device test → Ready: a real call comes within a minute",
        ),
        "doctor.running": ("安灯正在运行：{home}", "Andon is running: {home}"),
        "doctor.stopped": ("安灯没有运行：{home}", "Andon is not running: {home}"),
        "doctor.web.ok": ("网页端口：{port}", "Port of the pages: {port}"),
        "doctor.database.ok": ("数据库：PostgreSQL {version}", "Database: PostgreSQL {version}"),
        "doctor.database.bad": ("连不上数据库：{why}", "The database does not answer: {why}"),
        "doctor.database.remedy": (
            "检查 ANDON_DATABASE_URL 和数据库服务器",
            "Check ANDON_DATABASE_URL and the database server",
        ),
        "directory.ok": ("企业目录：{url}", "The company's directory: {url}"),
        "directory.readable": (
            "密码以明文发送：除非线路可信，请打开 starttls 或改用 ldaps://",
            "Passwords go there readable: unless the line is your own, set starttls or use ldaps://",
        ),
        "doctor.good": ("一切正常，可以接听电话", "All is well: calls can be taken"),
        "doctor.bad": ("有 {count} 项需要处理", "{count} findings need attention"),
        "ledger.head": ("账实核对", "Ledger check"),
        "ledger.rule": ("规则", "rule"),
        "ledger.checked": ("已核对", "checked"),
        "ledger.failed": ("不能解释", "unexplained"),
    }
)
