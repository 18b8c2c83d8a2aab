import { ArrowDownOutlined, ArrowUpOutlined, SettingOutlined } from "@ant-design/icons";
import { Button, Checkbox, Popover } from "antd";
import { useT } from "@/shared/i18n";
import { COLUMNS, type Column, moved, toggled, USUAL } from "./columns";
import { texts } from "./texts";

/** Which columns are shown, and in what order: those shown first, in theirs. */
export function ColumnChooser({
  columns,
  onChange,
}: {
  columns: readonly Column[];
  onChange: (columns: readonly Column[]) => void;
}) {
  const t = useT(texts);
  const rest = COLUMNS.filter((column) => !columns.includes(column));
  return (
    <Popover
      trigger="click"
      placement="bottomRight"
      content={
        <div className="history-columns">
          <ul aria-label={t("columns.label")}>
            {[...columns, ...rest].map((column) => {
              const place = columns.indexOf(column);
              const name = t(`col.${column}`);
              return (
                <li key={column}>
                  <Checkbox checked={place >= 0} onChange={() => onChange(toggled(columns, column))}>
                    {name}
                  </Checkbox>
                  {place < 0 ? null : (
                    <span>
                      <Button
                        type="text"
                        size="small"
                        icon={<ArrowUpOutlined />}
                        aria-label={t("columns.earlier", { name })}
                        disabled={place === 0}
                        onClick={() => onChange(moved(columns, column, -1))}
                      />
                      <Button
                        type="text"
                        size="small"
                        icon={<ArrowDownOutlined />}
                        aria-label={t("columns.later", { name })}
                        disabled={place === columns.length - 1}
                        onClick={() => onChange(moved(columns, column, 1))}
                      />
                    </span>
                  )}
                </li>
              );
            })}
          </ul>
          <Button type="link" size="small" onClick={() => onChange(USUAL)}>
            {t("columns.usual")}
          </Button>
        </div>
      }
    >
      <Button icon={<SettingOutlined />} aria-label={t("columns.label")}>
        {t("columns.choose")}
      </Button>
    </Popover>
  );
}
