import { defineTexts } from "@/shared/i18n";

export const texts = defineTexts(
  "undo",
  { undone: "已撤销对“{{name}}”的最后一次改动" },
  { undone: "The last change of “{{name}}” was taken back" },
);
