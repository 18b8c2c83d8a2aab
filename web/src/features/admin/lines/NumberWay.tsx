import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Alert, Button, Drawer } from "antd";
import { api, take } from "@/shared/api";
import type { components } from "@/shared/api/schema";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { common } from "@/shared/texts";
import { OutcomeTag, QueryView, useNarrow } from "@/shared/ui";
import type { PhoneNumber } from "../types";
import { lineTexts } from "./texts";

type Way = components["schemas"]["NumberWay"];
type Hours = components["schemas"]["HourShown"];

/** Where a call to a number would go at this moment, and why. */
export function NumberWay({
  number,
  trunk,
  onClose,
}: {
  number: PhoneNumber;
  trunk: string | undefined;
  onClose: () => void;
}) {
  const t = useT(lineTexts);
  const c = useT(common);
  const f = useFormat();
  const narrow = useNarrow();
  const way = useQuery({
    queryKey: ["number-way", number.id],
    queryFn: ({ signal }) =>
      take(api.GET("/api/numbers/{id}/way", { params: { path: { id: number.id } }, signal })),
    staleTime: 0,
  });
  return (
    <Drawer
      open
      size={narrow ? "100%" : 480}
      title={t("way.title", { number: f.phone(number.e164) })}
      onClose={onClose}
      footer={
        <div className="editor-foot">
          <Button onClick={onClose}>{c("action.close")}</Button>
          <Button autoFocus loading={way.isFetching} onClick={() => void way.refetch()}>
            {t("way.refresh")}
          </Button>
        </div>
      }
    >
      <p className="dim lines-lead">{t("way.lead")}</p>
      <QueryView query={way} rows={4}>
        {(found) => (
          <div className="number-way">
            {trunk ? <p>{t("way.trunk", { name: trunk })}</p> : null}
            <WayShown way={found} />
            <p className="dim">{t("way.at", { time: f.clock(found.at, true) })}</p>
          </div>
        )}
      </QueryView>
    </Drawer>
  );
}

function WayShown({ way }: { way: Way }) {
  const t = useT(lineTexts);
  const f = useFormat();
  const designer = way.flow_id ? (
    <p>
      <Link to="/flows/$id" params={{ id: way.flow_id }}>
        {t("way.designer")}
      </Link>
    </p>
  ) : null;
  if (way.refused) {
    return (
      <Alert
        type="error"
        showIcon
        title={t(`way.${way.refused}`, { name: way.flow_name })}
        description={
          <>
            <div>{t(`way.${way.refused}.remedy`)}</div>
            {designer}
          </>
        }
      />
    );
  }
  return (
    <>
      <p>
        {t("way.flow", {
          name: way.flow_name,
          version: way.version ?? 0,
          at: f.moment(way.published_at),
        })}
      </p>
      <ol>
        {way.places.map((place, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a loop comes to the same node again
          <li key={index}>
            <b>{place.title || place.type_name}</b>
            {place.title ? <span className="dim"> {place.type_name}</span> : null}
            {place.hours ? <HoursShown hours={place.hours} /> : null}
          </li>
        ))}
      </ol>
      <p>
        {way.outcome ? (
          <>
            {t("way.ends")} <OutcomeTag outcome={way.outcome} />
          </>
        ) : (
          t("way.waits")
        )}
      </p>
      {designer}
    </>
  );
}

function HoursShown({ hours }: { hours: Hours }) {
  const t = useT(lineTexts);
  const f = useFormat();
  const { calendar } = hours;
  const special = hours.why === "holiday" || hours.why === "exception";
  const name = (f.locale === "zh" ? hours.name_zh : hours.name_en) || t("way.holiday.unnamed");
  const state = hours.open ? "open" : "closed";
  return (
    <div>
      {special ? <div>{t("way.holiday", { calendar, name })}</div> : null}
      {hours.until
        ? t(`way.${state}_until`, { calendar, at: `${f.day(hours.until)} ${f.clock(hours.until)}` })
        : t(`way.${state}_always`, { calendar })}
    </div>
  );
}
