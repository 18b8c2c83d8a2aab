/** Answers of `/api/ledger`, and what the page reads out of a report. Pure. */

export interface Finding {
  rule: string;
  subject: string;
  text: string;
  seq: number | null;
}

export interface Rule {
  rule: string;
  checked: number;
  failed: number;
}

export interface Report {
  checked_at: string;
  since: string | null;
  until: string | null;
  rows: number;
  contacts: number;
  open_contacts: number;
  agent_seconds: number;
  recording_seconds: number;
  witness_channels: number | null;
  unexplained: number;
  rules: Rule[];
  findings: Finding[];
}

export interface Check {
  check_id: string;
  state: "running" | "done" | "failed";
  asked_at: string;
  asked_by: { id: string; name: string } | null;
  finished_at: string | null;
  report: Report | null;
}

export interface LedgerState {
  running: Check | null;
  last: Check | null;
}

/** Rules that hold contacts against the engine's own record. */
export function isWitness(rule: string): boolean {
  return rule.startsWith("witness.");
}

export type Verdict = "holds" | "fails" | "idle";

/** A rule that had nothing to look at proves nothing and is not shown as holding. */
export function verdict(rule: Rule): Verdict {
  if (rule.failed > 0) return "fails";
  return rule.checked > 0 ? "holds" : "idle";
}

/** Rules whose findings are about a contact, so that the subject can be opened. */
const ABOUT_CONTACTS = new Set([
  "contact.outcome",
  "contact.span",
  "queue.pairs",
  "talk.pairs",
  "outcome.proof",
  "witness.contact",
]);
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The contact a finding is about, or null for agents, recordings and channels. */
export function contactOf(finding: Finding): string | null {
  return ABOUT_CONTACTS.has(finding.rule) && UUID.test(finding.subject) ? finding.subject : null;
}

/** Failures of the witness rules together. */
export function witnessFailures(report: Report): number {
  return report.rules.filter((rule) => isWitness(rule.rule)).reduce((sum, rule) => sum + rule.failed, 0);
}
