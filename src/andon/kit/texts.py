"""Texts of the kit: errors any room may raise and the words for bad fields."""

from andon.kit.i18n import register


def load() -> None:
    """Registers the texts; calling it again does no harm."""
    register(
        {
            "error.not_found.title": ("没有找到这条数据", "This was not found"),
            "error.not_found.remedy": (
                "它可能已被删除，或您无权查看。请刷新列表。",
                "It may have been deleted, or you may not be allowed to see it. Reload the list.",
            ),
            "error.invalid.title": ("有些内容填写得不对", "Some fields are not right"),
            "error.invalid.remedy": ("请按提示修改后再提交。", "Correct the marked fields and try again."),
            "error.conflict.title": ("与已有数据冲突", "This conflicts with existing data"),
            "error.conflict.remedy": ("请换一个名称或编号。", "Choose another name or number."),
            "error.in_use.title": ("正在使用，不能删除", "This is in use and cannot be deleted"),
            "error.in_use.remedy": (
                "请先解除 {by} 对它的引用。",
                "First remove the references to it from: {by}.",
            ),
            "error.internal.title": ("系统出错了", "Something went wrong here"),
            "error.internal.remedy": (
                "请稍后再试；如再次出现，请把编号 {trace} 告诉管理员。",
                "Try again later; if it happens again, tell the administrator this number: {trace}.",
            ),
            "error.database_unavailable.title": ("数据库暂时不可用", "The database is not available"),
            "error.database_unavailable.remedy": (
                "通话不受影响，请几秒钟后再试。",
                "Calls go on. Try again in a few seconds.",
            ),
            "error.bus.timeout.title": ("通话核心没有及时答复", "The call core did not answer in time"),
            "error.bus.timeout.remedy": (
                "请几秒钟后再试；如持续出现，请联系管理员。",
                "Try again in a few seconds; if it goes on, call the administrator.",
            ),
            "error.bus.unavailable.title": ("内部消息总线不可用", "The message bus is not available"),
            "error.bus.unavailable.remedy": (
                "请几秒钟后再试；如持续出现，请联系管理员。",
                "Try again in a few seconds; if it goes on, call the administrator.",
            ),
            "error.bus.unknown.title": ("不认识的消息总线地址", "This kind of message bus is not known"),
            "error.bus.unknown.remedy": (
                "请把 ANDON_BUS_URL 留空，或写成 postgresql:// 地址(现为 {url})。",
                "Leave ANDON_BUS_URL empty or make it a postgresql:// address (it is {url}).",
            ),
            "error.journal.full.title": ("账本写入积压已满", "The journal cannot take more facts"),
            "error.journal.full.remedy": (
                "数据库长时间不可用。请立即恢复数据库。",
                "The database has been away for too long. Bring it back at once.",
            ),
            "error.journal.lost.title": ("有 {n} 条事实没有写入账本", "{n} facts did not reach the journal"),
            "error.journal.lost.remedy": (
                "停机时数据库不可用，这些事实已丢失。",
                "The database was away during the stop; these facts are lost.",
            ),
            "error.database.start.title": ("内嵌数据库无法启动", "The embedded database does not start"),
            "error.database.start.remedy": ("{why} 日志：{log}", "{why} Log: {log}"),
            "error.request.malformed.title": ("请求格式不正确", "The request is malformed"),
            "error.request.malformed.remedy": (
                "请检查发送的内容是否为正确的 JSON。",
                "Check that what was sent is valid JSON.",
            ),
            "error.request.forged.title": ("请求被拒绝", "The request was refused"),
            "error.request.forged.remedy": (
                "程序调用接口时请带上请求头 X-Andon: 1。",
                "A program that calls the API must send the header X-Andon: 1.",
            ),
            "error.http.404.title": ("没有这个地址", "There is no such address"),
            "error.http.404.remedy": ("请检查网址。", "Check the address."),
            "error.http.405.title": ("这个地址不支持该操作", "This address does not do that"),
            "error.http.405.remedy": ("请检查请求方法。", "Check the request method."),
            "health.database": ("数据库还没有就绪", "The database is not ready"),
            "health.engine": ("语音引擎还没有就绪", "The media engine is not ready"),
            "health.core": ("通话核心还没有就绪", "The call core is not ready"),
            "health.worker": ("后台任务还没有就绪", "The worker is not ready"),
            "field.required": ("必填", "Required"),
            "field.too_short": ("至少 {n} 个字符", "At least {n} characters"),
            "field.too_long": ("最多 {n} 个字符", "At most {n} characters"),
            "field.too_small": ("不能小于 {n}", "Must be at least {n}"),
            "field.too_large": ("不能大于 {n}", "Must be at most {n}"),
            "field.choice": ("只能是：{choices}", "Must be one of: {choices}"),
            "field.number": ("请填写数字", "Must be a number"),
            "field.boolean": ("请填写是或否", "Must be true or false"),
            "field.text": ("请填写文字", "Must be text"),
            "field.id": ("编号格式不正确", "Not a valid identifier"),
            "field.unknown": ("没有这个字段", "There is no such field"),
            "field.unknown_reference": ("所选的数据不存在", "What was chosen does not exist"),
            "field.own_child": ("不能放到自己的下级", "Cannot be put below itself"),
            "field.fixed": ("创建后不能修改", "Cannot be changed once it is made"),
            "field.taken": ("已被使用", "Already in use"),
            "field.pattern": ("格式不正确", "Wrong format"),
            "field.invalid": ("内容不正确", "Not valid"),
            "field.too_few": ("至少 {n} 项", "At least {n} items"),
            "field.too_many": ("最多 {n} 项", "At most {n} items"),
        }
    )
