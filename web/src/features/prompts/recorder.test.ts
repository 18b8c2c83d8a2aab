import { expect, test } from "vitest";
import { mixed, wav } from "./recorder";

test("samples become a WAV file of 16 bit", () => {
  const file = new DataView(wav(new Float32Array([0, 1, -1, 2, 0.5]), 48_000));
  const word = (at: number) => String.fromCharCode(...new Uint8Array(file.buffer, at, 4));
  expect([word(0), word(8), word(12), word(36)]).toEqual(["RIFF", "WAVE", "fmt ", "data"]);
  expect(file.byteLength).toBe(44 + 10);
  expect(file.getUint32(4, true)).toBe(36 + 10);
  expect([file.getUint32(24, true), file.getUint32(28, true), file.getUint32(40, true)]).toEqual([
    48_000, 96_000, 10,
  ]);
  const samples = [0, 1, 2, 3, 4].map((n) => file.getInt16(44 + n * 2, true));
  expect(samples).toEqual([0, 32767, -32767, 32767, 16384]);
});

test("several channels become one", () => {
  expect([...mixed([new Float32Array([1, 0]), new Float32Array([0, 0.5])])]).toEqual([0.5, 0.25]);
  expect(mixed([])).toHaveLength(0);
});
