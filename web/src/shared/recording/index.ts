import { lazy } from "react";

export type { RecordingHandle, RecordingPlayerProps } from "./RecordingPlayer";
export { Transcript } from "./Transcript";

/** A recording with its waveform; loaded when first shown. Wrap it in `<Suspense>`. */
export const RecordingPlayer = lazy(() => import("./RecordingPlayer"));
