import { Tooltip } from "antd";
import type { Figure } from "@/shared/api";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { common } from "@/shared/texts";
import "./figure.css";

/** A figure with its name; on hover and focus the formula and the two sums it was made from. */
export function FigureTile({ figure }: { figure: Figure }) {
  const t = useT(common);
  const format = useFormat();
  const sums =
    figure.bottom === null ? null : t("figure.sums", { top: sum(figure.top), bottom: sum(figure.bottom) });
  function sum(value: number): string {
    return figure.unit === "seconds" && value >= 1000 && figure.bottom !== value
      ? format.span(value)
      : format.count(value);
  }
  return (
    <Tooltip
      title={
        <>
          <div>{t("figure.formula", { formula: figure.formula })}</div>
          {sums ? <div>{sums}</div> : null}
        </>
      }
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the formula must be reachable without a mouse */}
      <div className="today-tile" tabIndex={0} data-figure={figure.id}>
        <span>{figure.name}</span>
        <strong>{format.figure(figure.value, figure.unit)}</strong>
      </div>
    </Tooltip>
  );
}
