import { useQuery } from "@tanstack/react-query";
import { Alert, Modal, Segmented, Select } from "antd";
import { useId, useState } from "react";
import type { DialWish } from "@/shared/dial";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { Colleagues } from "./Colleagues";
import { type CallOut, commands, type useCommands } from "./commands";
import { mayDialQuery } from "./data";
import { NumberPad } from "./NumberPad";
import { isNumber } from "./targets";
import { texts } from "./texts";
import "./callcontrol.css";

/** Whom to call: a colleague, or a number and which of ours to show there. */
export default function DialPanel({
  wish,
  first,
  onClose,
  commandsOf,
}: {
  wish: DialWish | null;
  /** What the panel opens with. */
  first: "number" | "colleague";
  onClose: () => void;
  commandsOf: ReturnType<typeof useCommands>;
}) {
  const t = useT(texts);
  const { phone } = useFormat();
  const may = useQuery(mayDialQuery);
  const [number, setNumber] = useState(wish?.number ?? "");
  const [shown, setShown] = useState<string>("");
  const [kind, setKind] = useState(first);
  const field = useId();
  const fits = isNumber(number);

  const go = async () => {
    if (!fits || commandsOf.busy !== null) return;
    const body: CallOut = { number };
    if (shown) body.number_id = shown;
    if (wish?.projectId) body.project_id = wish.projectId;
    if (wish?.clientId) body.client_id = wish.clientId;
    if (await commandsOf.run("dial", () => commands.dial(body))) onClose();
  };
  return (
    <Modal
      open
      title={t("dial.title")}
      onCancel={onClose}
      width={420}
      style={{ top: 76 }}
      footer={kind === "colleague" ? null : undefined}
      okText={fits ? t("dial.go.number", { number: phone(number) }) : t("dial.go")}
      okButtonProps={{ disabled: !fits, loading: commandsOf.busy === "dial" }}
      onOk={() => void go()}
      className="target"
    >
      <Segmented
        block
        aria-label={t("target.kind")}
        value={kind}
        onChange={setKind}
        options={(["number", "colleague"] as const).map((value) => ({
          value,
          label: t(`dial.kind.${value}`),
        }))}
        style={{ marginBottom: 12 }}
      />
      {kind === "colleague" ? (
        <Colleagues
          busy={commandsOf.busy !== null}
          onCall={async ({ agent_id }) => {
            if (await commandsOf.run("dial", () => commands.colleague(agent_id))) onClose();
          }}
        />
      ) : (
        <>
          <NumberPad
            number={number}
            name={t("dial.number")}
            hint={t("dial.hint")}
            onChange={setNumber}
            onEnter={() => void go()}
          />
          <div className="target-why">
            <label htmlFor={field}>{t("dial.shown")}</label>
            <Select
              id={field}
              value={shown}
              onChange={setShown}
              loading={may.isLoading}
              options={[
                { value: "", label: t("dial.shown.rule") },
                ...(may.data?.numbers ?? []).map((each) => ({
                  value: each.number_id,
                  label: [phone(each.number), each.label, each.project_name].filter(Boolean).join(" · "),
                })),
              ]}
            />
          </div>
          {may.data?.numbers.length === 0 ? (
            <Alert type="warning" showIcon title={t("dial.shown.none")} style={{ marginTop: 12 }} />
          ) : null}
        </>
      )}
    </Modal>
  );
}
