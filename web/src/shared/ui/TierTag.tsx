import { Tag } from "antd";
import type { Tier } from "@/shared/api";
import { useT } from "@/shared/i18n";
import { common } from "@/shared/texts";

import "./tier.css";

export function TierTag({ tier }: { tier: Tier | null | undefined }) {
  const t = useT(common);
  if (!tier) return null;
  return <Tag className={`tier tier-${tier}`}>{t(`tier.${tier}`)}</Tag>;
}
