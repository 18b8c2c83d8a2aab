import { useEffect, useRef, useState } from "react";
import {
  type AudioChoice,
  audioContext,
  closeStream,
  Ear,
  faultOf,
  type MediaFault,
  openMicrophone,
} from "@/softphone";

/** Speech at a headset reaches this level; a room without speech does not. */
const SPOKEN_DB = -45;
const LOUD_LOOKS = 4;
const LOOK_MS = 100;
const QUIET_AFTER_MS = 12_000;

export interface MicrophoneTest {
  state: "run" | "pass" | "fail";
  fault: MediaFault | "quiet" | null;
  /** Level now, dB below full scale. */
  level: number;
  /** Loudest level so far, dB. */
  peak: number;
}

const begin: MicrophoneTest = { state: "run", fault: null, level: -100, peak: -100 };

/** Opens the microphone while `active` and passes once somebody spoke into it. */
export function useMicrophoneTest(active: boolean, choice: AudioChoice, round: number): MicrophoneTest {
  const [test, setTest] = useState(begin);
  const { microphone, processing } = choice;
  const settings = useRef(choice);
  settings.current = choice;

  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` starts the test anew
  useEffect(() => {
    if (!active) return;
    let over = false;
    let stream: MediaStream | undefined;
    let ear: Ear | undefined;
    let timer: ReturnType<typeof setInterval> | undefined;
    setTest(begin);
    openMicrophone({ ...settings.current, microphone, processing })
      .then(async (opened) => {
        stream = opened;
        if (over) return closeStream(opened);
        await audioContext().resume();
        const listening = new Ear(opened);
        ear = listening;
        let loud = 0;
        const started = performance.now();
        timer = setInterval(() => {
          const level = listening.level();
          if (level > SPOKEN_DB) loud += 1;
          const quiet = performance.now() - started > QUIET_AFTER_MS;
          setTest((before) => {
            const state = loud >= LOUD_LOOKS ? "pass" : quiet ? "fail" : "run";
            return {
              state,
              fault: state === "fail" ? "quiet" : null,
              level,
              peak: Math.max(before.peak, level),
            };
          });
        }, LOOK_MS);
      })
      .catch((thrown) => {
        if (!over) setTest({ ...begin, state: "fail", fault: faultOf(thrown) });
      });
    return () => {
      over = true;
      clearInterval(timer);
      ear?.close();
      closeStream(stream);
    };
  }, [active, microphone, processing, round]);

  return test;
}
