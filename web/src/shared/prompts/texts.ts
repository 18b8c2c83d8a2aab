import { defineTexts } from "@/shared/i18n";

export const texts = defineTexts(
  "prompts.hear",
  { hear: "试听", stop: "停止", failed: "无法播放" },
  { hear: "Listen", stop: "Stop", failed: "Cannot be played" },
);
