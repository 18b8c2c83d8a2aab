export { DialNumber } from "./DialNumber";
export { DirectionTag } from "./DirectionTag";
export { type DialWish, useDialWish, wishToDial } from "./store";
