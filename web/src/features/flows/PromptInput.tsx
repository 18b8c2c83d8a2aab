import { useQuery } from "@tanstack/react-query";
import { Select } from "antd";
import { useT } from "@/shared/i18n";
import { HearButton, promptsQuery, soundOf, standardQuery } from "@/shared/prompts";
import { texts } from "./texts";

interface Props {
  label: string;
  projectId: string;
  value: string[];
  /** Several prompts, one after the other. */
  several: boolean;
  onChange: (names: string[]) => void;
}

/** Prompts by name, the project's own first, and each that is chosen can be heard. */
export function PromptInput({ label, projectId, value, several, onChange }: Props) {
  const t = useT(texts);
  const own = useQuery(promptsQuery(projectId));
  const standard = useQuery(standardQuery);
  const names = new Map<string, string>();
  for (const each of standard.data ?? []) if (each.language === "zh") names.set(each.name, each.says);
  for (const each of own.data ?? []) names.set(each.name, each.voices[0]?.says || each.note);
  const mine = new Set((own.data ?? []).map((each) => each.name));
  const options = [...names]
    .map(([name, says]) => ({ value: name, label: says ? `${name}　${says}` : name }))
    .sort((a, b) => Number(mine.has(b.value)) - Number(mine.has(a.value)) || a.value.localeCompare(b.value));
  const heard = (name: string) => {
    const prompt = own.data?.find((each) => each.name === name);
    if (prompt)
      return prompt.voices.map((voice) => ({
        language: voice.language,
        src: soundOf.version(prompt.id, voice),
      }));
    return (standard.data ?? [])
      .filter((each) => each.name === name)
      .map((each) => ({ language: each.language, src: soundOf.standard(each) }));
  };
  return (
    <>
      {several ? (
        <Select
          mode="tags"
          aria-label={label}
          value={value}
          options={options}
          optionLabelProp="value"
          popupMatchSelectWidth={320}
          onChange={onChange}
        />
      ) : (
        <Select
          showSearch={{ optionFilterProp: "label" }}
          aria-label={label}
          value={value[0] || null}
          options={options}
          optionLabelProp="value"
          popupMatchSelectWidth={320}
          onChange={(name: string) => onChange([name])}
        />
      )}
      <div className="flow-hear">
        {value.flatMap((name) =>
          heard(name).map(({ language, src }) => (
            <HearButton key={`${name}/${language}`} src={src} what={`${name} ${t(`lang.${language}`)}`}>
              {value.length > 1 ? `${name} ` : ""}
              {t(`lang.${language}`)}
            </HearButton>
          )),
        )}
      </div>
    </>
  );
}
