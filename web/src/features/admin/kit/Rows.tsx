import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Form } from "antd";
import type { ReactNode } from "react";
import { type FieldName, fields } from "@/shared/fields";
import { useT } from "@/shared/i18n";
import { common } from "@/shared/texts";

interface Props {
  /** A list of the form, or below the row of another list. */
  name: FieldName | [number, FieldName];
  help: string;
  /** What a new row starts with. */
  blank: object;
  addLabel: string;
  /** What a row is called, for its delete button. */
  rowName: (index: number) => string;
  /** More rows than this cannot be added. */
  most: number;
  className: string;
  children: (place: number, index: number) => ReactNode;
}

/** A list in a form, a line for each row. What the server says of the whole list is under it. */
export function Rows({ name, help, blank, addLabel, rowName, most, className, children }: Props) {
  const n = useT(fields);
  const c = useT(common);
  const list = typeof name === "string" ? name : name[1];
  return (
    <Form.Item label={n(list)} extra={help}>
      <Form.List name={name}>
        {(items, { add, remove }, { errors }) => (
          <div className="form-rows">
            {items.map((item, index) => (
              <div key={item.key} className={`form-row ${className}`}>
                {children(item.name, index)}
                <Button
                  type="text"
                  icon={<DeleteOutlined />}
                  aria-label={`${c("action.delete")} ${rowName(index)}`}
                  onClick={() => remove(item.name)}
                />
              </div>
            ))}
            <Button
              type="dashed"
              icon={<PlusOutlined />}
              disabled={items.length >= most}
              onClick={() => add(blank)}
            >
              {addLabel}
            </Button>
            <Form.ErrorList errors={errors} />
          </div>
        )}
      </Form.List>
    </Form.Item>
  );
}
