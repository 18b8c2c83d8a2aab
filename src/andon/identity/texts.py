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
        "field.role_keeps": ("这个角色离不开其中的权限", "The role cannot do without one of its permissions"),
        "field.role_bindable": (
            "座席和甲方查看者不能拥有管理、审计、对账和监控权限",
            "Agents and client viewers cannot administer, audit, supervise or see the ledger",
        ),
        "field.role_one_duty": (
            "系统管理、人员与权限、审计三项只能给其中一项",
            "Of system, people and audit a role can have one only",
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
