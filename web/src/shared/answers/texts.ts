import { defineTexts } from "@/shared/i18n";

export const texts = defineTexts(
  "answers",
  {
    required: "必填",
    pattern: "格式 {{pattern}}（# 数字，@ 字母，* 数字或字母）",
    "card.hint": "填写时录音静音、监听中断；离开后只留下掩码",
    "card.wrong": "3 到 19 位数字",
  },
  {
    required: "This is needed",
    pattern: "Looks like {{pattern}} (# digit, @ letter, * either)",
    "card.hint": "While you type, nothing is recorded or overheard; only a mask is kept",
    "card.wrong": "3 to 19 digits",
  },
);
