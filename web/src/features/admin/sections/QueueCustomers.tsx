import { Form } from "antd";
import { useT } from "@/shared/i18n";
import { common } from "@/shared/texts";
import { ChoiceField, Line, NumberField } from "../kit/inputs";
import type { QueueValues } from "../queueForm";
import { texts } from "../texts";
import { BETTER_TIERS } from "../types";

/** What a queue does for some of its customers. */
export function QueueCustomers() {
  const t = useT(texts);
  const c = useT(common);
  const form = Form.useFormInstance<QueueValues>();
  const tier = Form.useWatch(["reserve", "tier"], form);
  return (
    <>
      <Line>
        <ChoiceField
          name={["reserve", "tier"]}
          label={t("queues.reserve.tier")}
          clearable
          help={t("queues.reserve.help")}
          placeholder={t("queues.reserve.nobody")}
          options={BETTER_TIERS.map((value) => ({
            value,
            label: t("queues.reserve.from", { tier: c(`tier.${value}`) }),
          }))}
        />
        {tier ? (
          <NumberField
            name={["reserve", "agents"]}
            label={t("queues.reserve.agents")}
            required
            min={1}
            max={1000}
            help={t("queues.reserve.agents.help")}
          />
        ) : null}
      </Line>
      <Line>
        <NumberField name="dedicated_wait_s" required min={0} max={86400} help={t("queues.dedicated.help")} />
        <NumberField name="last_agent_wait_s" required min={0} max={86400} help={t("queues.last.help")} />
      </Line>
      <NumberField name="redial_s" required min={0} max={86400} help={t("queues.redial.help")} />
    </>
  );
}
