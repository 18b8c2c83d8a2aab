import { lazy } from "react";

export { Transcript } from "./Transcript";
export type { RecordingHandle, RecordingPlayerProps } from "./RecordingPlayer";

/** A recording with its waveform; loaded when first shown. Wrap it in `<Suspense>`. */
export const RecordingPlayer = lazy(() => import("./RecordingPlayer"));
