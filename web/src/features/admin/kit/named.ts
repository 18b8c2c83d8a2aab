/** Choices of a select: each name once, those without left out, in order. */
export const named = (names: Iterable<string>) =>
  [...new Set(names)]
    .filter(Boolean)
    .sort((a, b) => a.localeCompare(b, "zh"))
    .map((value) => ({ value, label: value }));
