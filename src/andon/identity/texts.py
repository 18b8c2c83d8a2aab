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
        "field.password_same": ("密码不能与登录名相同", "Must not be the log-in name"),
        "field.agent_no_needed": ("座席必须有工号", "An agent needs an agent ID"),
        "field.client_needed": ("甲方查看者必须选择所属甲方", "A client viewer needs a client"),
        "field.client_role": (
            "只有座席和甲方查看者可以限定甲方",
            "Only agents and client viewers can be bound to a client",
        ),
        "field.role_needed": ("至少选择一个角色", "Choose at least one role"),
        "kind.client": ("甲方", "clients"),
        "kind.project": ("项目", "projects"),
        "kind.user": ("用户", "users"),
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
        "role.client_viewer": ("甲方查看者", "Client viewer"),
    }
)
