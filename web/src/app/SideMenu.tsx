import { Drawer, Menu, type MenuProps } from "antd";
import { useT } from "@/shared/i18n";
import { common } from "@/shared/texts";

/** The menu of a narrow screen. */
export default function SideMenu({
  open,
  onClose,
  items,
  selected,
}: {
  open: boolean;
  onClose: () => void;
  items: MenuProps["items"];
  selected: string[];
}) {
  const c = useT(common);
  return (
    <Drawer
      open={open}
      onClose={onClose}
      placement="left"
      size={260}
      title={c("app.name")}
      styles={{ body: { padding: 8 } }}
    >
      <Menu mode="inline" items={items} selectedKeys={selected} onClick={onClose} />
    </Drawer>
  );
}
