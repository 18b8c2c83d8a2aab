"""Texts of calendars."""

from andon.kit.i18n import register

register({"field.calendar": ("时间设置有误：{problem}", "The hours are not right: {problem}")})
