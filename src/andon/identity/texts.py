"""Texts of log-in, people and rights."""

from andon.kit.i18n import register

register(
    {
        "error.session.required.title": ("请先登录", "Please log in"),
        "error.session.required.remedy": (
            "登录已过期或尚未登录，请重新登录。",
            "You are not logged in, or your session is over. Log in again.",
        ),
        "error.login.refused.title": ("用户名或密码不正确", "Wrong name or password"),
        "error.login.refused.remedy": (
            "请检查后重试；连续输错 {attempts} 次将锁定 {minutes} 分钟。",
            "Check both and try again; {attempts} wrong tries in a row lock the name for {minutes} minutes.",
        ),
        "error.login.hours.title": ("现在不在允许登录的时间", "You may not log in at this time"),
        "error.login.hours.remedy": (
            "允许登录的时间是 {opens} 到 {closes}（{zone}）；需要例外请找管理员。",
            "Logging in is for {opens} to {closes} ({zone}); ask an administrator for an exception.",
        ),
        "field.hours_duty": (
            "管理、安全、系统、审计角色不能限制登录时间，否则没有人能改回来",
            "Roles that hold a duty cannot be bound to hours: nobody could take it back",
        ),
        "field.time_zone": ("请填写时区，如 Asia/Shanghai", "A time zone, for instance Asia/Shanghai"),
        "error.login.locked.title": ("登录已锁定", "Log-in is locked"),
        "error.login.locked.remedy": (
            "连续输错次数过多，请 {minutes} 分钟后再试，或请管理员重设密码。",
            "Too many wrong tries. Wait {minutes} minutes or ask an administrator for a new password.",
        ),
        "error.login.code_needed.title": ("请输入验证码", "Enter your code"),
        "error.login.code_needed.remedy": (
            "打开手机上的验证器应用，输入 6 位验证码；也可以使用一个恢复码。",
            "Open the authenticator app on your telephone and type the 6 digits, or use a recovery code.",
        ),
        "error.login.code_refused.title": ("验证码不正确或已用过", "The code is wrong or was used before"),
        "error.login.code_refused.remedy": (
            "请等验证器显示下一个验证码再试；连续输错 {attempts} 次将锁定 {minutes} 分钟。",
            "Wait for the next code and try again; {attempts} wrong tries in a row lock the name for"
            " {minutes} minutes.",
        ),
        "error.second_factor.enrol.title": ("请先设置两步验证", "Set up the second factor first"),
        "error.second_factor.enrol.remedy": (
            "您的角色要求两步验证，设置完成后才能使用。",
            "Your role needs a second factor; the rest opens once it is set up.",
        ),
        "error.second_factor.none.title": ("没有设置两步验证", "There is no second factor"),
        "error.second_factor.none.remedy": ("无需重设。", "Nothing needs to be reset."),
        "error.second_factor.required.title": (
            "您的角色必须使用两步验证",
            "Your role needs the second factor",
        ),
        "error.second_factor.required.remedy": (
            "换手机请选择“更换设备”，不必先关闭。",
            "To change telephones choose “Change device”; it need not be turned off before.",
        ),
        "error.passkey.refused.title": ("通行密钥没有通过验证", "The passkey was not accepted"),
        "error.passkey.refused.remedy": (
            "请再试一次；仍不行时用密码登录，或请管理员重设两步验证。",
            "Try again; if it still fails log in with your password, or ask an administrator to reset your"
            " second factor.",
        ),
        "error.passkey.not_here.title": ("这个网址不能使用通行密钥", "Passkeys do not work at this address"),
        "error.passkey.not_here.remedy": (
            "请用域名以 HTTPS 打开；部署人员须在设置 public_url 中填写该网址。",
            "Open the page over HTTPS by its name; whoever runs the installation names it in the setting"
            " public_url.",
        ),
        "error.passkey.too_many.title": ("通行密钥太多", "Too many passkeys"),
        "error.passkey.too_many.remedy": (
            "每人最多 {n} 个，请先删除不用的。",
            "One person can have {n}. Remove those not in use.",
        ),
        "error.password.renew.title": ("请先换成自己的密码", "Choose a password of your own first"),
        "error.password.renew.remedy": (
            "您的密码是别人设置的，换成自己的密码后才能使用。",
            "Somebody else set your password; the rest opens once you have chosen another one.",
        ),
        "error.password.second_person.title": (
            "这个人的密码须有第二人同意才能重设",
            "A second person must agree to this",
        ),
        "error.password.second_person.remedy": (
            "他担任您没有的管理职责。请先申请，由另一位担任管理职责的人在“我的账号”中同意。",
            "This person holds a duty that you do not hold. Ask for leave: another holder of a duty gives it"
            " at “My account”.",
        ),
        "error.password.no_need.title": ("不需要第二人同意", "Nobody needs to agree"),
        "error.password.no_need.remedy": (
            "您可以直接重设这个人的密码。",
            "You can set this person's password yourself.",
        ),
        "error.password.not_yours.title": ("您不能决定这项申请", "This is not yours to decide"),
        "error.password.not_yours.remedy": (
            "申请人和密码的主人都不能同意；请另一位担任管理职责的人来做。",
            "Neither who asks nor whose password it is can; ask another holder of a duty.",
        ),
        "error.password.decided.title": ("这项申请已经结束", "This has been decided already"),
        "error.password.decided.remedy": ("请刷新页面。", "Load the page again."),
        "error.operator.unknown.title": (
            "没有找到这个运营方 {operator}",
            "There is no such operator {operator}",
        ),
        "error.operator.unknown.remedy": (
            "有多个运营方时，请用 --operator 写出它的代码。",
            "With several operators name one by its code: --operator.",
        ),
        "error.user.unknown.title": ("没有登录名为 {login} 的用户", "Nobody has the log-in name {login}"),
        "error.user.unknown.remedy": ("请检查登录名。", "Check the name."),
        "error.audit.own.title": (
            "自己做的事要由别人查阅",
            "What you did yourself, somebody else has to see",
        ),
        "error.audit.own.remedy": (
            "请由另一位能看审计日志的人确认。",
            "Another person who reads the audit log acknowledges it.",
        ),
        "error.changed_meanwhile.title": ("别人刚刚改过", "Somebody changed it meanwhile"),
        "error.changed_meanwhile.remedy": (
            "{who} 在您打开之后改过它。请看过最新内容再决定。",
            "{who} changed it after you opened it. Look at what it is now before you decide.",
        ),
        "error.password.directory.title": (
            "密码由企业目录保管",
            "The password is the directory's",
        ),
        "error.password.directory.remedy": (
            "请在企业目录（如 Windows 域）中修改密码；安灯不保存它。",
            "Change it in the company's directory (the Windows domain, for instance); it is not kept here.",
        ),
        "error.directory.unavailable.title": (
            "企业目录暂时不可用，无法核对密码",
            "The company's directory is away: nobody can check the password",
        ),
        "error.directory.unavailable.remedy": (
            "请稍后再试；一直如此请联系管理员。已登录的人不受影响。",
            "Try again in a while; tell an administrator if it stays so. Who is logged in may go on.",
        ),
        "error.directory.another.title": (
            "这个登录名在企业目录里已是另一个人",
            "The directory has somebody else of this name now",
        ),
        "error.directory.another.remedy": (
            "请管理员核对：确是同一人时，在用户资料中关闭“密码由企业目录核对”，保存后再打开。",
            "Ask an administrator: if it is the same person after all, they turn “Password checked by the"
            " directory” off at the user, save, and turn it on again.",
        ),
        "error.directory.no_role.title": (
            "企业目录没有给您任何角色",
            "The directory gives you no role here",
        ),
        "error.directory.no_role.remedy": (
            "请管理员把您加入企业目录中对应的组。",
            "Ask an administrator to put you into a group that has one.",
        ),
        "error.directory.none.title": ("没有设置企业目录", "No directory is set up"),
        "error.directory.none.remedy": (
            "在设置的 [ldap] 中填写企业目录，见 docs/log-in.md。",
            "Name the directory in [ldap] of the settings: see docs/log-in.md.",
        ),
        "error.directory.unreachable.title": (
            "连不上企业目录 {url}：{said}",
            "The directory {url} cannot be reached: {said}",
        ),
        "error.directory.unreachable.remedy": (
            "检查 urls 中的主机与端口（ldap 389，ldaps 636）、防火墙，以及目录服务是否在运行。",
            "Look at host and port in urls (ldap 389, ldaps 636), at the firewall, and whether it runs.",
        ),
        "error.directory.silent.title": (
            "企业目录 {url} 在 {seconds} 秒内没有回答",
            "The directory {url} did not answer within {seconds} seconds",
        ),
        "error.directory.silent.remedy": (
            "检查地址与防火墙；线路确实慢时调大 timeout_s。",
            "Look at the address and the firewall; raise timeout_s if the line is slow indeed.",
        ),
        "error.directory.certificate.title": (
            "企业目录 {url} 的证书不可信：{said}",
            "The certificate of the directory {url} is not trusted: {said}",
        ),
        "error.directory.certificate.remedy": (
            "ca_file 填签发该证书的 CA（PEM）；urls 中的主机名须与证书一致。",
            "Name in ca_file the authority (PEM) that signed it; the host in urls must be one of the"
            " certificate's names.",
        ),
        "error.directory.ca_file.title": (
            "读不了 CA 文件 {file}",
            "The CA file {file} cannot be read",
        ),
        "error.directory.ca_file.remedy": (
            "ca_file 须是运行安灯的账号可读的 PEM 证书文件。",
            "ca_file must be a PEM file that the account which runs Andon can read.",
        ),
        "error.directory.tls.title": (
            "与企业目录 {url} 的加密连接没有建立：{said}",
            "No encrypted connection to the directory {url}: {said}",
        ),
        "error.directory.tls.remedy": (
            "ldaps:// 通常是 636 端口，ldap:// 是 389；服务器须支持 TLS 1.2 以上。",
            "ldaps:// is port 636 as a rule, ldap:// is 389; the server must speak TLS 1.2 or newer.",
        ),
        "error.directory.no_tls.title": (
            "企业目录 {url} 不肯加密（STARTTLS）：{said}",
            "The directory {url} does not agree to encryption (STARTTLS): {said}",
        ),
        "error.directory.no_tls.remedy": (
            "在目录服务器上启用证书，或改用 ldaps://。密码不会以明文发送。",
            "Give the directory a certificate, or use ldaps://. No password is sent readable.",
        ),
        "error.directory.bind_refused.title": (
            "企业目录拒绝了查询账号：{said}",
            "The directory refused the account that looks people up: {said}",
        ),
        "error.directory.bind_refused.remedy": (
            "检查 bind_dn 与 bind_password，以及该账号是否被锁定或过期。",
            "Look at bind_dn and bind_password, and whether that account is locked or has run out.",
        ),
        "error.directory.base.title": (
            "企业目录里没有这个起点（base）：{said}",
            "The directory has no such base: {said}",
        ),
        "error.directory.base.remedy": (
            "检查 base 的拼写，以及查询账号能否看到它。",
            "Look at how base is spelled, and whether the account that looks people up may see it.",
        ),
        "error.directory.search.title": (
            "企业目录不肯查询：{said}",
            "The directory does not answer the search: {said}",
        ),
        "error.directory.search.remedy": (
            "多数目录不许匿名查询：填写 bind_dn 与 bind_password，并检查 filter。",
            "Most let nobody search without an account: set bind_dn and bind_password, and look at filter.",
        ),
        "error.directory.no_id.title": (
            "条目里没有属性 {attribute}",
            "The entry has no attribute {attribute}",
        ),
        "error.directory.no_id.remedy": (
            "id_attribute 填永不改变的标识：AD 用 objectGUID，OpenLDAP 用 entryUUID。",
            "id_attribute names what never changes: objectGUID in Active Directory, entryUUID in OpenLDAP.",
        ),
        "error.directory.nobody.title": (
            "企业目录里找不到 {login}",
            "The directory has nobody of the name {login}",
        ),
        "error.directory.nobody.remedy": (
            "用的过滤器是 {filter}；检查它、base，以及此人是否已停用。",
            "The filter was {filter}. Look at it, at base, and whether the person is disabled.",
        ),
        "error.directory.several.title": (
            "企业目录里不止一个 {login}",
            "The directory has more than one {login}",
        ),
        "error.directory.several.remedy": (
            "用的过滤器是 {filter}；写得更严，或缩小 base，让每个登录名只对应一人。",
            "The filter was {filter}. Make it or base narrower, so that one person bears a name.",
        ),
        "error.directory.nonsense.title": (
            "{url} 的回答不是 LDAP：{said}",
            "What {url} answers is not LDAP: {said}",
        ),
        "error.directory.nonsense.remedy": (
            "检查主机与端口：那里可能是别的服务。",
            "Look at host and port: something else may be there.",
        ),
        "field.no_directory": (
            "没有设置企业目录，见 docs/log-in.md",
            "No directory is set up: see docs/log-in.md",
        ),
        "error.oidc.failed.title": ("统一登录没有完成", "Logging in at the provider did not succeed"),
        "error.oidc.failed.remedy": ("请重新登录。", "Please try again."),
        "error.oidc.unavailable.title": ("统一登录暂时不可用", "The provider cannot be reached"),
        "error.oidc.unavailable.remedy": (
            "请稍后再试，或用密码登录。",
            "Try again in a while, or log in with a password.",
        ),
        "error.oidc.unknown.title": ("这个账号还不是安灯的用户", "You are not a user here yet"),
        "error.oidc.unknown.remedy": (
            "请管理员在您的用户资料中登记邮箱。",
            "Ask an administrator to enter your e-mail address at your user.",
        ),
        "error.forbidden.title": ("您没有这项权限", "You are not allowed to do this"),
        "error.forbidden.remedy": (
            "如工作需要，请联系管理员开通。",
            "Ask an administrator if you need it for your work.",
        ),
        "error.user.last_administrator.title": ("不能去掉最后一位管理员", "The last administrator must stay"),
        "error.user.last_administrator.remedy": (
            "请先把管理员角色交给另一位在职用户。",
            "Make somebody else an administrator first.",
        ),
        "error.duties.mixed.title": (
            "有人同时担任两项管理职责",
            "Somebody holds two of the separated duties",
        ),
        "error.duties.mixed.remedy": (
            "系统管理、安全管理与审计须由不同的人担任：{names}。请先调整他们的角色。",
            "System, security and audit must be different people's: {names}. Change their roles first.",
        ),
        "error.duties.two.title": (
            "一个人不能担任两项管理职责",
            "Nobody holds two of the three duties",
        ),
        "error.duties.two.remedy": (
            "系统管理、安全管理与审计，每人只能担任一项：{names}。一人兼管的小中心请用“管理员”。",
            "System, security and audit: one person has one of them ({names}). In a small centre one person"
            " can be the Administrator, who has all.",
        ),
        "error.duties.unheld.title": (
            "有一项管理职责无人担任",
            "Nobody holds one of the separated duties",
        ),
        "error.duties.unheld.remedy": (
            "系统管理、安全管理与审计须各有至少一位在职用户。",
            "System, security and audit each need an active user.",
        ),
        "error.operator.exists.title": (
            "运营方代码 {operator} 已存在",
            "There is an operator with code {operator}",
        ),
        "error.operator.exists.remedy": ("请换一个代码。", "Choose another code."),
        "error.undo.impossible.title": ("这项改动不能撤销", "This change cannot be undone"),
        "error.undo.impossible.remedy": (
            "请在管理页手工改回。",
            "Change it back by hand on its own page.",
        ),
        "error.undo.changed_since.title": ("之后又有人改过", "Somebody has changed it since"),
        "error.undo.changed_since.remedy": (
            "只能撤销最后一次改动，请先看审计日志里的最新记录。",
            "Only the last change can be undone; look at the newest entry in the audit log.",
        ),
        "error.undo.not_own.title": ("最后一次改动不是您做的", "The last change is not yours"),
        "error.undo.not_own.remedy": (
            "如要撤销，请在审计日志里找到那一条。",
            "To undo it, find it in the audit log.",
        ),
        "field.password_current": ("当前密码不正确", "This is not the current password"),
        "field.code": ("验证码不正确，请输入应用当前显示的 6 位数字", "Not the code that the app shows now"),
        "field.password_known": ("请换一个新密码", "Choose another password than the present one"),
        "field.password_same": ("密码不能与登录名相同", "Must not be the log-in name"),
        "field.agent_no_needed": ("座席必须有工号", "An agent needs an agent ID"),
        "field.client_needed": ("甲方查看者必须选择所属甲方", "A client viewer needs a client"),
        "field.client_role": (
            "只有座席和甲方查看者可以限定甲方",
            "Only agents and client viewers can be bound to a client",
        ),
        "field.own_rights": (
            "不能给自己增加没有的权限，请由另一位管理员操作",
            "Nobody can give themselves a right they lack; ask another administrator",
        ),
        "field.mobile": (
            "请填写 5 到 19 位数字，可以以 + 开头",
            "Write 5 to 19 digits, with a leading + if you like",
        ),
        "field.mobile_role": (
            "此人的角色不能用手机接听，请留空，或先给角色这项权限",
            "This person's roles do not answer on a mobile: leave it empty, or give a role the right first",
        ),
        "field.role_keeps": ("这个角色离不开其中的权限", "The role cannot do without one of its permissions"),
        "field.role_bindable": (
            "座席和甲方查看者不能拥有管理、审计、对账和监控权限",
            "Agents and client viewers cannot administer, audit, supervise or see the ledger",
        ),
        "field.role_one_duty": (
            "系统管理、人员与权限、审计三项只能给其中一项",
            "Of system, people and audit a role can have one only",
        ),
        "field.one_duty": (
            "系统管理、安全管理与审计每人只能担任一项，一人兼管全部请用“管理员”",
            "System, security and audit: one person has one of them, or is the administrator who has all",
        ),
        "field.role_needed": ("至少选择一个角色", "Choose at least one role"),
        "kind.client": ("甲方", "clients"),
        "kind.project": ("项目", "projects"),
        "kind.user": ("用户", "users"),
        "kind.team": ("班组", "teams"),
        "kind.customer": ("客户资料", "customers"),
        "kind.queue": ("队列", "queues"),
        "kind.number": ("号码", "numbers"),
        "kind.do_not_call": ("谢绝来电", "do-not-call numbers"),
        "kind.skill": ("技能", "skills"),
        "kind.agent_skill": ("座席技能", "agents' skills"),
        "kind.flow": ("语音流程", "flows"),
        "kind.wrap_reason": ("下级原因", "reasons below"),
        "role.agent": ("座席", "Agent"),
        "role.supervisor": ("班长", "Supervisor"),
        "role.quality": ("质检员", "Quality reviewer"),
        "role.planner": ("排班师", "Planner"),
        "role.administrator": ("管理员", "Administrator"),
        "role.auditor": ("审计员", "Auditor"),
        "role.system": ("系统管理员", "System administrator"),
        "role.security": ("安全管理员", "Security administrator"),
        "role.client_viewer": ("甲方查看者", "Client viewer"),
    }
)
