import { CustomerServiceOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { Suspense, useState } from "react";
import { DirectionTag } from "@/shared/dial";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { useLive } from "@/shared/live";
import { RecordingPlayer } from "@/shared/recording";
import { Nothing, OutcomeTag, Pending, QueryView } from "@/shared/ui";
import { CustomerCard } from "./CustomerCard";
import { contactQuery, customerQuery, historyQuery, openWorkQuery } from "./data";
import { OpenWork } from "./OpenWork";
import { Stranger } from "./Stranger";
import { useSelection } from "./selection";
import { texts } from "./texts";

/** Right column: who the customer is and what went before. */
export function Assist() {
  const t = useT(texts);
  const call = useLive((live) => live.agent?.contact ?? null);
  const current = call?.direction === "internal" ? null : call; // a colleague is no customer
  const chosen = useSelection((state) => state.contactId);
  const past = useQuery({ ...contactQuery(chosen ?? ""), enabled: chosen !== null });
  const who =
    chosen === null
      ? current && {
          contactId: current.contact_id,
          caller: current.caller,
          customerId: current.customer_id,
          projectId: current.project_id,
        }
      : past.data &&
        past.data.direction !== "internal" && {
          contactId: past.data.contact_id,
          caller: past.data.caller,
          customerId: past.data.customer?.id ?? null,
          projectId: past.data.project?.id ?? null,
        };
  return (
    <aside className="column assist" aria-label={t("assist.title")}>
      {who ? (
        <WhatIsKnown {...who} live={who.contactId === current?.contact_id} />
      ) : (
        <div className="assist-idle">
          <Nothing title={t("assist.idle")} hint={t("assist.idle.hint")} />
        </div>
      )}
    </aside>
  );
}

interface Who {
  contactId: string;
  caller: string;
  customerId: string | null;
  projectId: string | null;
  /** It is the call at hand. */
  live: boolean;
}

/** All is asked for at once; what stands below waits for what is above, so that nothing moves when it comes. */
function WhatIsKnown({ contactId, caller, customerId, projectId, live }: Who) {
  const card = useQuery({ ...customerQuery(customerId ?? ""), enabled: customerId !== null });
  const work = useQuery(openWorkQuery(projectId, caller, customerId));
  useQuery(historyQuery(contactId, caller, customerId));
  const identified = !card.isLoading;
  return (
    <>
      {customerId ? (
        <CustomerCard key={customerId} customerId={customerId} />
      ) : (
        <Stranger key={contactId} caller={caller} projectId={projectId} live={live} />
      )}
      {identified ? <OpenWork projectId={projectId} caller={caller} customerId={customerId} /> : null}
      {identified && !work.isLoading ? (
        <History key={customerId ?? caller} caller={caller} customerId={customerId} besides={contactId} />
      ) : null}
    </>
  );
}

function History({
  caller,
  customerId,
  besides,
}: {
  caller: string;
  customerId: string | null;
  besides: string;
}) {
  const t = useT(texts);
  const { moment, timer } = useFormat();
  const query = useQuery(historyQuery(besides, caller, customerId));
  const [open, setOpen] = useState<string | null>(null);
  return (
    <section className="earlier" aria-label={t("assist.history")}>
      <h2>{t("assist.history")}</h2>
      {caller === "" && customerId === null ? (
        <Nothing title={t("assist.history.none")} />
      ) : (
        <QueryView query={query} rows={4}>
          {(page) => {
            const earlier = page.items.filter((contact) => contact.contact_id !== besides);
            if (earlier.length === 0) return <Nothing title={t("assist.history.none")} />;
            return (
              <ul>
                {earlier.map((contact) => (
                  <li key={contact.contact_id}>
                    <div className="earlier-top">
                      <time>{moment(contact.arrived_at)}</time>
                      {contact.direction === "inbound" ? null : (
                        <DirectionTag direction={contact.direction} />
                      )}
                      <OutcomeTag outcome={contact.outcome} />
                    </div>
                    <div className="earlier-bottom">
                      <span>
                        {contact.reason?.name ?? contact.queue?.name ?? contact.number?.name}
                        {contact.agent ? ` · ${contact.agent.name}` : ""}
                        {contact.talked_ms === null ? "" : ` · ${timer(contact.talked_ms)}`}
                      </span>
                      {contact.has_recording ? (
                        <Button
                          size="small"
                          type="text"
                          icon={<CustomerServiceOutlined />}
                          aria-expanded={open === contact.contact_id}
                          onClick={() => setOpen(open === contact.contact_id ? null : contact.contact_id)}
                        >
                          {t(open === contact.contact_id ? "assist.hide" : "assist.play")}
                        </Button>
                      ) : null}
                    </div>
                    {open === contact.contact_id ? (
                      <Suspense fallback={<Pending rows={2} />}>
                        <RecordingPlayer contactId={contact.contact_id} height={32} />
                      </Suspense>
                    ) : null}
                  </li>
                ))}
              </ul>
            );
          }}
        </QueryView>
      )}
    </section>
  );
}
