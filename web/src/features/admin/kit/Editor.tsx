import { useBlocker } from "@tanstack/react-router";
import { Alert, App, Button, Drawer, Form, type FormInstance } from "antd";
import { type ReactNode, useCallback, useEffect, useState } from "react";
import { asProblem, type Problem } from "@/shared/api";
import { type FieldName, fields as fieldNames } from "@/shared/fields";
import { useT } from "@/shared/i18n";
import { Stale, staleOf } from "@/shared/stale";
import { common } from "@/shared/texts";
import { useNarrow } from "@/shared/ui";
import { texts } from "../texts";
import { type FieldPath, splitErrors } from "./problems";
import { Refused } from "./Sections";

interface Props<V extends object> {
  open: boolean;
  title: string;
  initial: V;
  /** Stores the values; what it throws is shown, field by field where the server names fields. `overwrite`:
   * also over what somebody else changed meanwhile. */
  onSave: (values: V, overwrite: boolean) => Promise<void>;
  /** Opens the thing as it is by now, for who was told that somebody changed it meanwhile. */
  onReload?: () => Promise<void>;
  onClose: () => void;
  /** `touched` tells of a change that was not typed. */
  children: (form: FormInstance<V>, touched: () => void) => ReactNode;
  width?: number;
  saveLabel?: string;
  extra?: ReactNode;
  /** Refusals are told above the form, not at its fields: one of these is longer than the page. */
  problemsAbove?: boolean;
}

/** A form in a drawer that cannot be left by accident while it holds changes. */
export function Editor<V extends object>(props: Props<V>) {
  // Mounted anew at each opening, so that no value of the thing edited before is left behind.
  return props.open ? <OpenEditor {...props} /> : null;
}

function OpenEditor<V extends object>({
  title,
  initial,
  onSave,
  onReload,
  onClose,
  children,
  width = 520,
  saveLabel,
  extra,
  problemsAbove = false,
}: Props<V>) {
  const t = useT(texts);
  const c = useT(common);
  const n = useT(fieldNames);
  const labelOf = (name: string) => (name in fieldNames.zh ? `${n(name as FieldName)}: ` : "");
  const { modal } = App.useApp();
  const narrow = useNarrow();
  const [form] = Form.useForm<V>();
  const [dirty, setDirty] = useState(false);
  const [saving, setSaving] = useState(false);
  const [problem, setProblem] = useState<{
    problem: Problem;
    others: { name: string; text: string }[];
  } | null>(null);
  const [refused, setRefused] = useState<FieldPath | null>(null);

  const mayLeave = useCallback(
    () =>
      new Promise<boolean>((resolve) => {
        modal.confirm({
          title: t("leave.title"),
          content: t("leave.content"),
          okText: t("leave.ok"),
          okButtonProps: { danger: true },
          cancelText: t("leave.cancel"),
          onOk: () => resolve(true),
          onCancel: () => resolve(false),
        });
      }),
    [modal, t],
  );
  useBlocker({
    shouldBlockFn: async () => !(await mayLeave()),
    enableBeforeUnload: dirty,
    // What was just stored may itself lead to another address.
    disabled: !dirty || saving,
  });
  const close = async () => {
    if (saving) return;
    if (!dirty || (await mayLeave())) onClose();
  };
  const save = async (values: V, overwrite = false) => {
    setSaving(true);
    setProblem(null);
    try {
      await onSave(values, overwrite);
      setDirty(false);
    } catch (thrown) {
      const told = asProblem(thrown);
      const { fields, others } = splitErrors(
        told,
        (path) =>
          !problemsAbove && form.getFieldsError().some((field) => field.name.join(".") === path.join(".")),
      );
      form.setFields(fields as never);
      if (fields[0]) setRefused([...fields[0].name]);
      setProblem({ problem: told, others });
    } finally {
      setSaving(false);
    }
  };
  const reload = async (again: () => Promise<void>) => {
    try {
      await again();
    } catch (thrown) {
      setProblem({ problem: asProblem(thrown), others: [] });
    }
  };
  // After the part of the form that the field is in has been opened.
  useEffect(() => {
    if (refused) form.scrollToField(refused as never, { block: "center", focus: true });
  }, [refused, form]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === "s" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        form.submit();
      }
    };
    globalThis.addEventListener("keydown", onKey);
    return () => globalThis.removeEventListener("keydown", onKey);
  }, [form]);

  // A refusal that names no field of the form is above it, perhaps out of sight.
  const showAbove = useCallback((alert: { nativeElement: HTMLElement } | null) => {
    alert?.nativeElement.scrollIntoView({ block: "nearest" });
  }, []);

  return (
    <Drawer
      open
      size={narrow ? "100%" : width}
      title={title}
      onClose={() => void close()}
      mask={{ closable: !dirty }}
      destroyOnHidden
      footer={
        <div className="editor-foot">
          {extra}
          <span className="editor-hint">{t("save.hint")}</span>
          <Button onClick={() => void close()} disabled={saving}>
            {c("action.cancel")}
          </Button>
          <Button type="primary" loading={saving} onClick={() => form.submit()} title="Ctrl+S">
            {saveLabel ?? c("action.save")}
          </Button>
        </div>
      }
    >
      {problem && staleOf(problem.problem) && onReload ? (
        <Stale
          problem={problem.problem}
          onReload={() => void reload(onReload)}
          onOverwrite={() => void save(form.getFieldsValue(true) as V, true)}
        />
      ) : problem ? (
        <Alert
          type="error"
          showIcon
          role="alert"
          className="editor-problem"
          ref={showAbove}
          title={problem.problem.title}
          description={
            <>
              {problem.problem.remedy}
              {problem.others.map(({ name, text }) => (
                <div key={name}>
                  {labelOf(name)}
                  {text}
                </div>
              ))}
            </>
          }
        />
      ) : null}
      <Form<V>
        form={form}
        layout="vertical"
        initialValues={initial}
        onFinish={(values) => void save(values)}
        onFinishFailed={({ errorFields }) => {
          const [first] = errorFields;
          if (first) setRefused([...first.name]);
        }}
        onValuesChange={() => setDirty(true)}
        requiredMark
      >
        <Refused value={refused}>{children(form, () => setDirty(true))}</Refused>
      </Form>
    </Drawer>
  );
}
