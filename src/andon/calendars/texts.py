"""Texts of calendars."""

from andon.kit.i18n import register

register(
    {
        "field.calendar.zone": ("没有这个时区", "There is no such time zone"),
        "field.calendar.days": ("应为每天的时段", "Must be each day's periods"),
        "field.calendar.day": ("没有这一天", "There is no such day"),
        "field.calendar.date": ("日期应为 2026-03-02 的形式", "A date looks like 2026-03-02"),
        "field.calendar.twice": ("这一天已经有了", "This day is there already"),
        "field.calendar.periods": ("应为若干时段", "Must be a list of periods"),
        "field.calendar.span": ("时段要有开始和结束", "A period has a start and an end"),
        "field.calendar.midnight": ("不能从 24:00 开始", "It cannot start at 24:00"),
        "field.calendar.overlaps": ("与前一个时段重叠", "It overlaps the period before"),
        "field.calendar.time": ("时间应为 09:00 的形式", "A time looks like 09:00"),
    }
)
