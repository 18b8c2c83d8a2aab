import { useQuery } from "@tanstack/react-query";
import { Button, Form, Input, InputNumber, Segmented, Select } from "antd";
import { useLocale, useT } from "@/shared/i18n";
import { common } from "@/shared/texts";
import { figuresQuery, queuesQuery } from "./data";
import { texts } from "./texts";
import type { Board, Tile } from "./types";

interface Props {
  board: Board;
  tile: Tile;
  onChange: (changed: Partial<Tile>) => void;
  onDelete: () => void;
}

/** What one tile shows. */
export function TileForm({ board, tile, onChange, onDelete }: Props) {
  const t = useT(texts);
  const c = useT(common);
  const locale = useLocale();
  const figures = useQuery(figuresQuery(locale));
  const queues = useQuery(queuesQuery);
  const ofAgents = tile.kind === "ranking" && tile.of === "agents";
  const choices = (figures.data ?? [])
    .filter((each) => (ofAgents ? each.agents : each.kinds.includes(tile.kind)))
    .map((each) => ({ value: each.key, label: each.name + variantOf(each.key) }));
  const own = (queues.data ?? []).filter(
    (each) => board.project_id === null || each.project_id === board.project_id,
  );
  const measured = tile.kind === "figure" || tile.kind === "trend" || tile.kind === "ranking";
  return (
    <Form layout="vertical" component={false}>
      <h2>{t("tile", { kind: t(`kind.${tile.kind}`) })}</h2>
      <Form.Item
        label={t("field.title")}
        htmlFor="tile-title"
        extra={measured ? t("field.title.help") : undefined}
      >
        <Input
          id="tile-title"
          maxLength={60}
          value={tile.title}
          onChange={(event) => onChange({ title: event.target.value })}
        />
      </Form.Item>
      {tile.kind === "ranking" ? (
        <Form.Item label={t("field.of")}>
          <Segmented<Tile["of"]>
            aria-label={t("field.of")}
            value={tile.of}
            options={[
              { value: "queues", label: t("of.queues") },
              { value: "agents", label: t("of.agents"), disabled: !board.show_agents },
            ]}
            onChange={(of) => onChange({ of, figure: of === "agents" ? "handled" : "now.waiting" })}
          />
        </Form.Item>
      ) : null}
      {measured ? (
        <Form.Item label={t("field.figure")} htmlFor="tile-figure">
          <Select
            id="tile-figure"
            showSearch={{ optionFilterProp: "label" }}
            loading={figures.isPending}
            value={tile.figure}
            options={choices}
            onChange={(figure) => onChange({ figure })}
          />
        </Form.Item>
      ) : null}
      {tile.kind === "figure" ? (
        <Form.Item label={t("field.queue")} htmlFor="tile-queue">
          <Select
            id="tile-queue"
            allowClear
            placeholder="—"
            value={tile.queue_id}
            options={own.map((each) => ({ value: each.id, label: each.name }))}
            onChange={(queue) => onChange({ queue_id: queue ?? null })}
          />
        </Form.Item>
      ) : null}
      {tile.kind === "ranking" ? (
        <Form.Item label={t("field.count")} htmlFor="tile-count">
          <InputNumber
            id="tile-count"
            min={1}
            max={20}
            precision={0}
            value={tile.count}
            onChange={(count) => onChange({ count: count ?? 5 })}
          />
        </Form.Item>
      ) : null}
      {tile.kind === "text" ? (
        <Form.Item label={t("field.text")} htmlFor="tile-text">
          <Input.TextArea
            id="tile-text"
            maxLength={500}
            autoSize={{ minRows: 3, maxRows: 8 }}
            value={tile.text}
            onChange={(event) => onChange({ text: event.target.value })}
          />
        </Form.Item>
      ) : null}
      <Button danger onClick={onDelete}>
        {c("action.delete")}
      </Button>
    </Form>
  );
}

/** Of a variant that its name does not tell. */
function variantOf(key: string): string {
  const [, variant] = key.split(":");
  return variant && !variant.startsWith("sl.") ? ` (${variant})` : "";
}
