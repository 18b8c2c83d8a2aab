/** JsSIP, a file of its own: it comes when an agent takes a seat, not before. */
export { UA, WebSocketInterface } from "jssip";
