"""What exports say, in their files and of themselves."""

from andon.kit.i18n import register

COLUMNS = {
    "arrived": ("到达时间", "Arrived"),
    "direction": ("方向", "Direction"),
    "caller": ("客户号码", "Customer's number"),
    "customer": ("客户", "Customer"),
    "tier": ("客户等级", "Tier"),
    "number": ("接入号", "Number called"),
    "client": ("委托方", "Client"),
    "project": ("项目", "Project"),
    "queue": ("队列", "Queue"),
    "agent": ("座席", "Agent"),
    "outcome": ("结果", "Outcome"),
    "waited": ("等待(秒)", "Waited (s)"),
    "talked": ("通话(秒)", "Talked (s)"),
    "held": ("保持(秒)", "Held (s)"),
    "acw": ("话后处理(秒)", "Wrap-up (s)"),
    "total": ("总时长(秒)", "Total (s)"),
    "offers": ("振铃次数", "Times rung"),
    "ended_by": ("结束方", "Ended by"),
    "score": ("评价", "Rating"),
    "reason": ("来电原因", "Reason"),
    "resolved": ("已解决", "Resolved"),
    "recording": ("有录音", "Recording"),
    "contact": ("接触编号", "Contact ID"),
}

register(
    {f"export.column.{name}": pair for name, pair in COLUMNS.items()}
    | {
        "export.sheet": ("接触", "Contacts"),
        "export.yes": ("是", "yes"),
        "export.no": ("否", "no"),
        "export.direction.inbound": ("呼入", "inbound"),
        "export.direction.outbound": ("呼出", "outbound"),
        "export.direction.internal": ("内部", "internal"),
        "error.export.too_many.title": ("您已有 {n} 个导出在进行", "You have {n} exports under way"),
        "error.export.too_many.remedy": ("请等它们完成，或取消其中一个。", "Wait for them, or cancel one."),
        "error.export.empty.title": ("没有可以导出的接触", "There is nothing to export"),
        "error.export.empty.remedy": (
            "请换一个日期范围或条件。",
            "Choose another period or other conditions.",
        ),
        "error.export.too_long.title": (
            "超过一次可导出的 {n} 条",
            "That is more than the {n} rows one export may have",
        ),
        "error.export.too_long.remedy": (
            "请缩小日期范围分几次导出，或请管理员调整上限。",
            "Export shorter periods one by one, or ask an administrator for a higher limit.",
        ),
        "error.export.numbers.title": ("您不能导出完整号码", "You may not export whole numbers"),
        "error.export.numbers.remedy": (
            "请改为遮盖号码导出，或由有此权限的人导出。",
            "Export with masked numbers, or ask somebody who may.",
        ),
        "error.export.own.title": ("不能审批自己的导出", "Nobody approves their own export"),
        "error.export.own.remedy": ("请由另一位有审批权限的人处理。", "Ask another person who may approve."),
        "error.export.decided.title": (
            "这个导出已经不在等待审批",
            "This export no longer waits for approval",
        ),
        "error.export.decided.remedy": (
            "它已被处理、取消或过期，请刷新列表。",
            "It was decided, cancelled or is too old; reload the list.",
        ),
        "error.export.over.title": ("这个导出已经结束", "This export is over"),
        "error.export.over.remedy": ("无需再做什么。", "Nothing needs to be done."),
        "error.export.not_ready.title": ("导出还没有完成", "The export is not ready"),
        "error.export.not_ready.remedy": ("完成后即可下载。", "It can be downloaded once it is done."),
        "error.export.gone.title": ("导出文件已不在", "The file is no longer there"),
        "error.export.gone.remedy": ("请重新导出。", "Export it again."),
    }
)
