import { defineTexts } from "@/shared/i18n";

export const texts = defineTexts(
  "stale",
  {
    title: "{{who}} 在您打开之后改过（{{at}}）",
    what: "改动的内容：{{what}}",
    comma: "、",
    reload: "载入最新内容",
    overwrite: "用我填写的覆盖",
  },
  {
    title: "{{who}} changed it after you opened it ({{at}})",
    what: "Changed: {{what}}",
    comma: ", ",
    reload: "Load what is there now",
    overwrite: "Overwrite it with mine",
  },
);
