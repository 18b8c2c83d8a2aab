import { PhoneOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Space, Tag } from "antd";
import { useEffect, useState } from "react";
import { api, take } from "@/shared/api";
import { useT } from "@/shared/i18n";
import { ProblemView, useReportProblem } from "@/shared/ui";
import { endQueue, hangUp, press, rung, trialQuery, useTrialLine } from "@/softphone/trial";
import { nodeName } from "./names";
import { TrialLines } from "./TrialLines";
import { texts } from "./texts";
import type { Graph, Palette } from "./types";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];
const QUEUE = ["conversation_ended", "timeout", "nobody_signed_in"] as const;

interface Props {
  id: string;
  graph: Graph;
  palette: Palette;
  /** What is drawn is not saved: the core would ring with something else. */
  dirty: boolean;
  caller: string;
  onAt: (node: string | null) => void;
}

/** The draft rings this page, or whatever telephone the tester has, and speaks for real. */
export function CallMe({ id, graph, palette, dirty, caller, onAt }: Props) {
  const t = useT(texts);
  const report = useReportProblem();
  const cache = useQueryClient();
  const { busy, deaf } = useTrialLine();
  const [began, setBegan] = useState(false);
  const trial = useQuery(trialQuery(began));
  const now = began ? trial.data : undefined;
  const going = now !== undefined && !now.over;
  const node = going ? now.node : null;
  useEffect(() => {
    if (began) onAt(node);
  }, [began, node, onAt]);
  const does = (verb: () => Promise<unknown>) => () => {
    void verb().then(() => cache.invalidateQueries({ queryKey: ["trial"] }), report);
  };
  const call = async () => {
    await rung(() => take(api.POST("/api/flows/{id}/call", { params: { path: { id } }, body: { caller } })));
    cache.removeQueries({ queryKey: ["trial"] });
    setBegan(true);
  };
  return (
    <section className="flow-call" aria-labelledby="flow-call-title">
      <h4 id="flow-call-title">{t("call.title")}</h4>
      <p className="dim">{t("call.lead")}</p>
      {going ? (
        <>
          <p role="status">
            <Tag color="processing">
              {now.answered
                ? `${t("try.at")} ${nodeName(graph.nodes[now.node], palette) || now.node}`
                : t("call.ringing")}
            </Tag>
            {deaf ? <Tag color="warning">{t("call.deaf")}</Tag> : null}
          </p>
          <fieldset className="flow-call-keys" aria-label={t("call.keys")}>
            {KEYS.map((key) => (
              <Button key={key} size="small" disabled={!now.answered} onClick={does(() => press(key))}>
                {key}
              </Button>
            ))}
          </fieldset>
          <Space wrap size={4}>
            {now.queued
              ? QUEUE.map((how) => (
                  <Button key={how} size="small" onClick={does(() => endQueue(how))}>
                    {t(`try.queue.${how}`)}
                  </Button>
                ))
              : null}
            <Button size="small" onClick={does(hangUp)}>
              {t("call.hang_up")}
            </Button>
          </Space>
        </>
      ) : (
        <Button
          size="small"
          type="primary"
          icon={<PhoneOutlined />}
          loading={busy}
          disabled={dirty}
          onClick={does(call)}
        >
          {t("call")}
        </Button>
      )}
      {dirty && !going ? <p className="dim">{t("call.save")}</p> : null}
      {trial.isError ? <ProblemView problem={trial.error} /> : null}
      {now ? <TrialLines lines={now.lines} graph={graph} palette={palette} /> : null}
    </section>
  );
}
