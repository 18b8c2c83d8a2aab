import { Select } from "antd";
import type { ReactNode } from "react";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { useDetail } from "./detail";
import { texts } from "./texts";
import type { Person, WhyNotOffer } from "./why";

interface Props {
  agents: readonly Person[];
  chosen: string | null;
  onChoose: (agentId: string | null) => void;
  /** The answer, or that it is on its way. */
  children: ReactNode;
}

/** "Why not this agent?": the question. */
export function WhyNot({ agents, chosen, onChoose, children }: Props) {
  const t = useT(texts);
  return (
    <div className="why-not">
      <label htmlFor="why-not">{t("whynot.title")}</label>
      <Select
        id="why-not"
        value={chosen}
        onChange={(value: string | undefined) => onChoose(value ?? null)}
        allowClear
        placeholder={t("whynot.choose")}
        showSearch={{ optionFilterProp: "label" }}
        options={agents.map(({ id, name }) => ({ value: id, label: name }))}
      />
      {children}
    </div>
  );
}

/** The answer: a line for each offer of the contact. */
export function WhyNotAnswer({ offers }: { offers: readonly WhyNotOffer[] }) {
  const t = useT(texts);
  const f = useFormat();
  const words = useDetail();
  return (
    <ul className="why-not-answer">
      {offers.map((offer) => (
        <li key={offer.offer_id}>
          <time>{f.clock(offer.at, true)}</time>
          <span>{offer.queue?.name ?? "—"}</span>
          <b>{offer.reason_name}</b>
          <small>
            {[words(offer.detail), offer.named ? "" : t("whynot.inferred")].filter(Boolean).join(" · ")}
          </small>
        </li>
      ))}
    </ul>
  );
}
