import { Segmented } from "antd";
import { useT } from "@/shared/i18n";
import { ErrorBoundary, useNarrow } from "@/shared/ui";
import { Assist } from "./Assist";
import { ContactList } from "./ContactList";
import { useSelection } from "./selection";
import { texts } from "./texts";
import { Work } from "./Work";

/** What is worked with at the desk: three columns, on a narrow screen one at a time. */
export default function Columns() {
  const t = useT(texts);
  const narrow = useNarrow();
  const tab = useSelection((state) => state.tab);
  const columns = {
    list: <ContactList />,
    work: <Work />,
    assist: <Assist />,
  };
  if (narrow)
    return (
      <div className="desk desk-narrow">
        <Segmented
          block
          value={tab}
          onChange={(value) => useSelection.setState({ tab: value })}
          options={[
            { value: "list" as const, label: t("tabs.list") },
            { value: "work" as const, label: t("tabs.work") },
            { value: "assist" as const, label: t("tabs.assist") },
          ]}
        />
        <ErrorBoundary key={tab}>{columns[tab]}</ErrorBoundary>
      </div>
    );
  return (
    <div className="desk">
      <ErrorBoundary>{columns.list}</ErrorBoundary>
      <ErrorBoundary>{columns.work}</ErrorBoundary>
      <ErrorBoundary>{columns.assist}</ErrorBoundary>
    </div>
  );
}
