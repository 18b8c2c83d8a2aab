import { AutoComplete, Input } from "antd";
import { useState } from "react";
import { useT } from "@/shared/i18n";
import { completed, completions } from "./completion";
import { texts } from "./texts";
import type { Graph, Palette } from "./types";

interface Props {
  label: string;
  value: string;
  graph: Graph;
  palette: Palette;
  /** Expressions stand in `${…}` only. */
  template: boolean;
  onChange: (source: string) => void;
}

/** An expression or template being typed, with the names and functions that fit where the cursor is. */
export function SourceInput({ label, value, graph, palette, template, onChange }: Props) {
  const t = useT(texts);
  const [cursor, setCursor] = useState(value.length);
  const found = completions(value, cursor, graph, palette, template);
  return (
    <AutoComplete
      className="flow-completion"
      value={value}
      popupMatchSelectWidth={340}
      defaultActiveFirstOption={false}
      options={found.map((each) => ({
        value: each.name,
        label: (
          <div className="flow-suggestion">
            <code>{each.shown}</code> <span className="dim">{t(`type.${each.type}`)}</span>
            {each.says ? <div className="dim">{each.says}</div> : null}
          </div>
        ),
      }))}
      onSelect={(name: string) => {
        const chosen = found.find((each) => each.name === name);
        if (chosen) onChange(completed(value, cursor, chosen));
      }}
      onChange={(typed: string, option) => {
        if (!(option && "value" in option)) onChange(typed ?? "");
      }}
    >
      <Input.TextArea
        aria-label={label}
        className="flow-source"
        autoSize={{ minRows: 1, maxRows: 6 }}
        spellCheck={false}
        onSelect={(event) => setCursor(event.currentTarget.selectionStart)}
      />
    </AutoComplete>
  );
}
