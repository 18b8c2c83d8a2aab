import { Tooltip } from "antd";
import { memo, type ReactNode } from "react";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import type { FigureValue } from "./figures";
import { texts } from "./texts";

/** Names a figure's formula and variant on hover and on keyboard focus. */
export const FigureTip = memo(function FigureTip({
  figure,
  children,
}: {
  figure: FigureValue | undefined;
  children: ReactNode;
}) {
  const t = useT(texts);
  const f = useFormat();
  const sum = (value: number | null) => (figure?.unit === "seconds" ? f.timer(value ?? 0) : f.count(value));
  if (!figure) return <>{children}</>;
  return (
    <Tooltip
      title={
        <div className="figure-tip">
          <b>
            {figure.name}
            {figure.variant ? ` · ${figure.variant}` : ""}
          </b>
          <div>
            {t("figure.formula")}: {figure.formula}
          </div>
          <div>
            {t("figure.value")}: {f.figure(figure.value, figure.unit)}
            {figure.bottom === null || figure.top === null
              ? null
              : ` = ${sum(figure.top)} ÷ ${sum(figure.bottom)}`}
          </div>
        </div>
      }
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the formula must be reachable by keyboard */}
      <span className="figure-tip-host" tabIndex={0}>
        {children}
      </span>
    </Tooltip>
  );
});
