"""A recogniser for tests, a command as a site has one: it understands two tones, and silence.

440 Hz means an order, 880 Hz a cry for help, any other sound the weather.
"""

import math
import sys

RATE, HEADER = 8000, 44


def level(samples: list[int], hertz: float) -> float:
    """The part of the sound's power that is this tone (Goertzel)."""
    turn = 2 * math.cos(2 * math.pi * hertz / RATE)
    one = two = 0.0
    for sample in samples:
        one, two = sample + turn * one - two, one
    power = one * one + two * two - turn * one * two
    whole = sum(sample * sample for sample in samples) * len(samples) / 2
    return power / whole if whole else 0.0


def main() -> None:
    raw = sys.stdin.buffer.read()[HEADER:]
    samples = [int.from_bytes(raw[n : n + 2], "little", signed=True) for n in range(0, len(raw) - 1, 2)]
    loud = [n for n in range(0, len(samples), 160) if max(map(abs, samples[n : n + 160])) > 500]
    if not loud:
        return
    middle = loud[len(loud) // 2]
    said = samples[max(0, middle - 800) : middle + 800]
    words = {440: "查 订单", 880: "快报警"}
    heard = next((words[hertz] for hertz in words if level(said, hertz) > 0.3), "天气")
    sys.stdout.buffer.write(heard.encode())


if __name__ == "__main__":
    main()
