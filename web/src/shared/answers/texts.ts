import { defineTexts } from "@/shared/i18n";

export const texts = defineTexts(
  "answers",
  {
    required: "必填",
    pattern: "格式 {{pattern}}（# 数字，@ 字母，* 数字或字母）",
  },
  {
    required: "This is needed",
    pattern: "Looks like {{pattern}} (# digit, @ letter, * either)",
  },
);
