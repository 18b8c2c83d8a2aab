import { routes as desk } from "@/features/desk/routes";
import type { Room } from "@/shared/rooms";

/** Every page of the app. A room adds one import and its name here. */
export const rooms: Room[] = [...desk];
