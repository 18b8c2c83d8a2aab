import type { ComponentType } from "react";
import { AlarmRules } from "./sections/AlarmRules";
import { Calendars } from "./sections/Calendars";
import { Clients } from "./sections/Clients";
import { DoNotCallList } from "./sections/DoNotCallList";
import { Flows } from "./sections/Flows";
import { LogInRules } from "./sections/LogInRules";
import { Nodes } from "./sections/Nodes";
import { Numbers } from "./sections/Numbers";
import { Projects } from "./sections/Projects";
import { Queues } from "./sections/Queues";
import { Roles } from "./sections/Roles";
import { RoutingRules } from "./sections/RoutingRules";
import { Skills } from "./sections/Skills";
import { Spreadsheets } from "./sections/Spreadsheets";
import { StateReasons } from "./sections/StateReasons";
import { TextGateways } from "./sections/TextGateways";
import { Trunks } from "./sections/Trunks";
import { Users } from "./sections/Users";
import { WrapForms } from "./sections/WrapForms";
import { WrapReasons } from "./sections/WrapReasons";
import { Teams } from "./teams/Teams";

/** What the page administers, in the order of its menu. A section's key is its address and its text's key. */
export const GROUPS = [
  { key: "people", sections: ["users", "teams", "skills", "roles", "log-in-rules", "spreadsheets"] },
  {
    key: "work",
    sections: [
      "clients",
      "projects",
      "queues",
      "routing-rules",
      "wrap-reasons",
      "wrap-forms",
      "state-reasons",
      "alarm-rules",
    ],
  },
  {
    key: "lines",
    sections: ["numbers", "do-not-call", "trunks", "text-gateways", "media-nodes", "flows", "calendars"],
  },
] as const;

export type SectionKey = (typeof GROUPS)[number]["sections"][number];

export const SECTIONS: Record<SectionKey, ComponentType> = {
  users: Users,
  teams: Teams,
  skills: Skills,
  roles: Roles,
  "log-in-rules": LogInRules,
  spreadsheets: Spreadsheets,
  clients: Clients,
  projects: Projects,
  queues: Queues,
  "routing-rules": RoutingRules,
  "wrap-reasons": WrapReasons,
  "wrap-forms": WrapForms,
  "state-reasons": StateReasons,
  "alarm-rules": AlarmRules,
  numbers: Numbers,
  "do-not-call": DoNotCallList,
  trunks: Trunks,
  "text-gateways": TextGateways,
  "media-nodes": Nodes,
  flows: Flows,
  calendars: Calendars,
};

/** Any one of these permissions opens the section; of the others it is `config`. */
const NEEDS: Partial<Record<SectionKey, readonly string[]>> = {
  users: ["people", "config"],
  roles: ["people", "audit"],
  "log-in-rules": ["people"],
};

/** The sections that somebody with these permissions may open, in the order of the menu. */
export function groupsFor(permissions: readonly string[]) {
  return GROUPS.map((group) => ({
    key: group.key,
    sections: (group.sections as readonly SectionKey[]).filter((key) =>
      (NEEDS[key] ?? ["config"]).some((name) => permissions.includes(name)),
    ),
  })).filter((group) => group.sections.length > 0);
}
