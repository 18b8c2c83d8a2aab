import { useT } from "@/shared/i18n";
import { DRAGGED } from "./Canvas";
import { texts } from "./texts";
import type { Palette } from "./types";

/** Node types: dragged onto the canvas, or added by Enter. */
export function NodePalette({ palette, onAdd }: { palette: Palette; onAdd: (type: string) => void }) {
  const t = useT(texts);
  return (
    <nav className="flow-palette" aria-label={t("palette")}>
      <h2>{t("palette")}</h2>
      <p className="dim">{t("palette.hint")}</p>
      <ul>
        {palette.types.map((type) => (
          <li key={type.type}>
            <button
              type="button"
              draggable
              onDragStart={(event) => event.dataTransfer.setData(DRAGGED, type.type)}
              onClick={() => onAdd(type.type)}
            >
              {type.name}
            </button>
          </li>
        ))}
      </ul>
    </nav>
  );
}
