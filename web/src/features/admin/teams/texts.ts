import { defineTexts } from "@/shared/i18n";

export const teamTexts = defineTexts(
  "teams",
  {
    lead: "班组在部门之下：一位座席最多在一个班组，班组有一位班组长。看板、历史和批量设置技能可按班组筛选。",
    members: "成员",
    count: "人数",
    "members.help": "选了别组的人，他就离开原来的班组",
    "members.from": "{{name}}（现在 {{team}}）",
    "leader.help": "在职的座席或班长",
    retire: "有成员的班组不能删除：请先移出成员。",
  },
  {
    lead: "Teams are below departments: an agent is in one at most, and a team has a leader. Board, history and skills for many can be narrowed to a team.",
    members: "Members",
    count: "Members",
    "members.help": "Whoever is in another team leaves it",
    "members.from": "{{name}} (now {{team}})",
    "leader.help": "An agent or a supervisor who is here",
    retire: "A team with members cannot be deleted: move them out first.",
  },
);
