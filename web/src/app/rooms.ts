import { routes as account } from "@/features/account/routes";
import { routes as admin } from "@/features/admin/routes";
import { routes as audit } from "@/features/audit/routes";
import { routes as board } from "@/features/board/routes";
import { routes as desk } from "@/features/desk/routes";
import { routes as flows } from "@/features/flows/routes";
import { routes as history } from "@/features/history/routes";
import { routes as ledger } from "@/features/ledger/routes";
import { routes as messages } from "@/features/messages/routes";
import { routes as prompts } from "@/features/prompts/routes";
import { routes as walls } from "@/features/walls/routes";
import { routes as work } from "@/features/work/routes";
import type { Room } from "@/shared/rooms";

/** Every page of the app. A room adds one import and its name here. */
export const rooms: Room[] = [
  ...desk,
  ...work,
  ...messages,
  ...board,
  ...history,
  ...ledger,
  ...flows,
  ...prompts,
  ...walls,
  ...admin,
  ...audit,
  ...account,
];
