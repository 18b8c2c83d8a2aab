import { Form, type FormInstance, Switch, Tag } from "antd";
import { fields } from "@/shared/fields";
import { useT } from "@/shared/i18n";
import { common } from "@/shared/texts";
import { type CalendarValues, calendarValues, hoursOf } from "../calendarForm";
import { dayRanges, typedPeriods } from "../hours";
import { useChoices } from "../kit/api";
import { ChoiceField, Line, TextField } from "../kit/inputs";
import { ResourcePage } from "../kit/ResourcePage";
import { texts } from "../texts";
import { type Calendar, DAYS, type Project } from "../types";
import { CalendarPreview } from "./CalendarPreview";
import { PeriodsField, SpecialDays } from "./HoursFields";

export function Calendars() {
  const t = useT(texts);
  const n = useT(fields);
  const c = useT(common);
  const projects = useChoices<Project>("/api/projects", (row) => row.name);
  return (
    <ResourcePage<Calendar, CalendarValues>
      path="/api/calendars"
      title={t("section.calendars")}
      lead={t("calendars.lead")}
      noun={n("kind.calendar")}
      columns={[
        { key: "name", title: n("name"), render: (row) => row.name },
        {
          key: "project",
          title: n("project_id"),
          render: (row) => projects.name(row.project_id) ?? t("calendars.all_projects"),
        },
        {
          key: "periods",
          title: n("periods"),
          render: (row) =>
            dayRanges(row.periods).map(({ first, last, periods }) => (
              <div key={first} className="tabular">
                {first === last ? t(`day.${first}`) : `${t(`day.${first}`)}–${t(`day.${last}`)}`}{" "}
                {typedPeriods(periods)}
              </div>
            )),
        },
        {
          key: "holidays",
          title: n("follow_cn_holidays"),
          render: (row) => c(row.follow_cn_holidays ? "value.yes" : "value.no"),
        },
        {
          key: "exceptions",
          title: n("exceptions"),
          render: (row) => (row.exceptions.length === 0 ? null : <Tag>{row.exceptions.length}</Tag>),
        },
        { key: "zone", title: n("timezone"), render: (row) => row.timezone },
      ]}
      text={(row) => `${row.name} ${projects.name(row.project_id) ?? ""} ${row.timezone}`}
      nameOf={(row) => row.name}
      toValues={calendarValues}
      toBody={(values) => ({
        name: values.name,
        project_id: values.project_id ?? null,
        ...hoursOf(values),
      })}
      width={640}
      form={(_, form) => <CalendarForm form={form} projects={projects} />}
    />
  );
}

function CalendarForm({
  form,
  projects,
}: {
  form: FormInstance<CalendarValues>;
  projects: ReturnType<typeof useChoices<Project>>;
}) {
  const t = useT(texts);
  const n = useT(fields);
  const c = useT(common);
  return (
    <>
      <Line>
        <TextField name="name" required />
        <ChoiceField
          name="project_id"
          clearable
          placeholder={t("calendars.all_projects")}
          options={projects.options}
          loading={projects.loading}
        />
      </Line>
      <fieldset className="hours">
        <legend>{n("periods")}</legend>
        <p className="dim">{t("hours.help")}</p>
        {DAYS.map((day) => (
          <PeriodsField key={day} name={["periods", day]} label={t(`day.${day}`)} />
        ))}
      </fieldset>
      <Line>
        <Form.Item
          name="follow_cn_holidays"
          label={n("follow_cn_holidays")}
          valuePropName="checked"
          extra={t("calendars.holidays.help")}
        >
          <Switch checkedChildren={c("value.yes")} unCheckedChildren={c("value.no")} />
        </Form.Item>
        <ChoiceField
          name="timezone"
          required
          options={Intl.supportedValuesOf("timeZone").map((value) => ({ value, label: value }))}
        />
      </Line>
      <SpecialDays />
      <CalendarPreview form={form} />
    </>
  );
}
