import { Tabs } from "antd";
import { createContext, type ReactNode, useContext, useState } from "react";
import type { FieldName } from "@/shared/fields";
import type { FieldPath } from "./problems";

/** The field refused last, by the form itself or by the server; each refusal is a new object. */
export const Refused = createContext<FieldPath | null>(null);

export interface Section {
  key: string;
  label: string;
  /** The fields in it; what is in no section is in the first. */
  fields: readonly FieldName[];
  /** How many of its rules are set: seen without opening it. */
  used?: number;
  body: ReactNode;
}

/** A long form in parts, one open at a time. A refused field opens its part. */
export function Sections({ sections }: { sections: readonly Section[] }) {
  const refused = useContext(Refused);
  const [seen, setSeen] = useState(refused);
  const [open, setOpen] = useState(sections[0]?.key);
  if (refused !== seen) {
    setSeen(refused);
    const place = sections.find(({ fields }) => fields.includes(refused?.[0] as FieldName)) ?? sections[0];
    if (refused) setOpen(place?.key);
  }
  return (
    <Tabs
      activeKey={open}
      onChange={setOpen}
      className="form-sections"
      items={sections.map(({ key, label, used, body }) => ({
        key,
        label: (
          <>
            {label}
            {used ? <span className="section-used">{used}</span> : null}
          </>
        ),
        // A field that is not drawn would not be checked, and could not tell its error.
        forceRender: true,
        children: body,
      }))}
    />
  );
}
