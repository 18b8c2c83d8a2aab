export type { EchoResult } from "./echo";
export { type Credentials, inCall, type MediaFault, type PhonePhase } from "./machine";
export {
  type AudioChoice,
  audioChoice,
  audioContext,
  closeStream,
  type Devices,
  Ear,
  faultOf,
  keepAudioChoice,
  listDevices,
  openMicrophone,
  watchSilence,
} from "./media";
export { type LineSummary, mosOf } from "./mos";
export { Softphone } from "./phone";
export type { Quality } from "./quality";
export { playTestSound, startRinging } from "./sounds";
