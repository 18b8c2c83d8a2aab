/** Records from the browser's microphone into a WAV file. */

export interface Recording {
  /** Ends it; the whole as a WAV file. */
  stop(): Promise<Blob>;
  cancel(): void;
}

/** Asks for the microphone and begins. Rejects when the browser does not give it. */
export async function record(): Promise<Recording> {
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: { echoCancellation: false, noiseSuppression: true, autoGainControl: false },
  });
  const recorder = new MediaRecorder(stream);
  const parts: Blob[] = [];
  recorder.addEventListener("dataavailable", (event) => parts.push(event.data));
  recorder.start();
  const end = () => {
    if (recorder.state !== "inactive") recorder.stop();
    for (const track of stream.getTracks()) track.stop();
  };
  return {
    cancel: end,
    stop: async () => {
      const over = new Promise((resolve) => recorder.addEventListener("stop", resolve, { once: true }));
      end();
      await over;
      return decoded(new Blob(parts));
    },
  };
}

async function decoded(whole: Blob): Promise<Blob> {
  const context = new AudioContext();
  try {
    const sound = await context.decodeAudioData(await whole.arrayBuffer());
    const sides = Array.from({ length: sound.numberOfChannels }, (_, side) => sound.getChannelData(side));
    return new Blob([wav(mixed(sides), sound.sampleRate)], { type: "audio/wav" });
  } finally {
    await context.close();
  }
}

/** The mean of several channels. */
export function mixed(sides: Float32Array[]): Float32Array<ArrayBuffer> {
  const first = sides[0] ?? new Float32Array();
  return Float32Array.from(
    first,
    (_, at) => sides.reduce((sum, side) => sum + (side[at] ?? 0), 0) / sides.length,
  );
}

/** A mono WAV file of 16 bit. */
export function wav(samples: Float32Array, rate: number): ArrayBuffer {
  const view = new DataView(new ArrayBuffer(44 + samples.length * 2));
  const text = (at: number, word: string) => {
    for (const [n, letter] of [...word].entries()) view.setUint8(at + n, letter.charCodeAt(0));
  };
  text(0, "RIFF");
  view.setUint32(4, 36 + samples.length * 2, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, samples.length * 2, true);
  for (const [n, sample] of samples.entries()) {
    view.setInt16(44 + n * 2, Math.round(Math.max(-1, Math.min(1, sample)) * 32767), true);
  }
  return view.buffer;
}
