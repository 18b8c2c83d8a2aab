/** What things are called on the designer's page. */

import { type Say, useT } from "@/shared/i18n";
import { texts } from "./texts";
import type { FlowNode, Palette } from "./types";

type Key = keyof typeof texts.zh & string;
const known = (key: string): key is Key => key in texts.zh;

export function exitName(name: string, node: FlowNode | undefined, t: Say<Key>): string {
  const key = `exit.${name}`;
  if (known(key)) return t(key);
  const label = (node?.labels as Record<string, string> | undefined)?.[name];
  return label ? `${name} ${label}` : name;
}

export function fieldName(name: string, t: Say<Key>): string {
  const key = `field.${name}`;
  return known(key) ? t(key) : name;
}

/** The name of a node as people see it: its own, or its type's. */
export function nodeName(node: FlowNode | undefined, palette: Palette): string {
  if (!node) return "";
  return node.title || palette.types.find((type) => type.type === node.type)?.name || node.type;
}

const KEYS = {
  change: (name: string) => `change.${name}`,
  exit: (name: string) => `exit.${name}`,
  field: (name: string) => `field.${name}`,
};

/** A text of the page whose key is made from a value; the value itself when there is none. */
export function useNamed(): (what: keyof typeof KEYS, name: string) => string {
  const t = useT(texts);
  return (what, name) => {
    const key = KEYS[what](name);
    return known(key) ? t(key) : name;
  };
}
