import { EditOutlined } from "@ant-design/icons";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Button } from "antd";
import { type ReactNode, useState } from "react";
import { api, asProblem, type Problem, take } from "@/shared/api";
import { useT } from "@/shared/i18n";
import { common } from "@/shared/texts";
import { type Customer, customerQuery } from "./data";
import { texts } from "./texts";

type Change = Partial<Pick<Customer, "tags" | "notes" | "custom" | "agent_id" | "open_complaint">>;

/** One part of the card, read or edited. What somebody else changed meanwhile is shown before it is overwritten. */
export function CardPart<V>({
  title,
  customer,
  value,
  read,
  edit,
  change,
  valueWords,
}: {
  title: string;
  customer: Customer;
  value: V;
  read: ReactNode;
  edit: (draft: V, set: (draft: V) => void) => ReactNode;
  change: (draft: V) => Change;
  /** What is kept now, in words, for the one whose change was refused. */
  valueWords: string;
}) {
  const t = useT(texts);
  const c = useT(common);
  const queries = useQueryClient();
  const [draft, setDraft] = useState<{ value: V } | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const key = customerQuery(customer.id).queryKey;
  const save = useMutation({
    mutationFn: (given: V) =>
      take(
        api.PATCH("/api/customers/{id}", {
          params: { path: { id: customer.id } },
          body: { revision: customer.revision, ...change(given) } as never,
        }),
      ),
    onSuccess: (fresh) => {
      queries.setQueryData(key, fresh as Customer);
      setDraft(null);
      setProblem(null);
    },
    onError: async (thrown) => {
      setProblem(asProblem(thrown));
      // Now with what somebody else made of it: saving again is then done knowingly.
      if (asProblem(thrown).code === "customer.changed") await queries.invalidateQueries({ queryKey: key });
    },
  });
  const close = () => {
    setDraft(null);
    setProblem(null);
  };
  return (
    <section className="customer-part" aria-label={title}>
      <header>
        <h3>{title}</h3>
        {draft ? null : (
          <Button
            type="text"
            size="small"
            icon={<EditOutlined />}
            aria-label={`${c("action.edit")} ${title}`}
            onClick={() => setDraft({ value })}
          />
        )}
      </header>
      {draft ? (
        // biome-ignore lint/a11y/noStaticElementInteractions: keys of the inputs inside it
        <div
          onKeyDown={(event) => {
            if (event.key === "Escape") close();
            if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) save.mutate(draft.value);
          }}
        >
          {problem ? (
            <Alert
              type="warning"
              showIcon
              role="alert"
              title={problem.title}
              description={
                <>
                  {problem.remedy}
                  {Object.values(problem.fields).map((text) => (
                    <div key={text}>{text}</div>
                  ))}
                  {problem.code === "customer.changed" ? (
                    <blockquote translate="no" dir="auto">
                      {valueWords || t("assist.empty_now")}
                    </blockquote>
                  ) : null}
                </>
              }
            />
          ) : null}
          {edit(draft.value, (next) => setDraft({ value: next }))}
          <div className="customer-part-foot">
            <Button size="small" onClick={close}>
              {c("action.cancel")}
            </Button>
            <Button
              size="small"
              type="primary"
              title="Ctrl+Enter"
              loading={save.isPending}
              onClick={() => save.mutate(draft.value)}
            >
              {c("action.save")}
            </Button>
          </div>
        </div>
      ) : (
        read
      )}
    </section>
  );
}
