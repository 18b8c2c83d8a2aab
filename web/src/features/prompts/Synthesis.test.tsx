import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { synthesisQuery } from "./data";
import { Synthesis } from "./Synthesis";

afterEach(cleanup);

function shown(able: { available: boolean; marked: boolean }, disabled = false) {
  const cache = new QueryClient();
  cache.setQueryData(synthesisQuery.queryKey, able);
  const onSpeak = vi.fn();
  render(
    <QueryClientProvider client={cache}>
      <Synthesis disabled={disabled} busy={false} onSpeak={onSpeak} />
    </QueryClientProvider>,
  );
  return onSpeak;
}

describe("speech by machine", () => {
  it("is offered where there is a synthesiser, and says that callers hear a mark", () => {
    const onSpeak = shown({ available: true, marked: true });
    fireEvent.click(screen.getByRole("button"));
    expect(onSpeak).toHaveBeenCalledOnce();
    expect(screen.getByText(/短长、短短/)).toBeTruthy();
  });

  it("waits for a text", () => {
    const onSpeak = shown({ available: true, marked: false }, true);
    fireEvent.click(screen.getByRole("button"));
    expect(onSpeak).not.toHaveBeenCalled();
    expect(screen.queryByText(/短长、短短/)).toBeNull();
  });

  it("is no button where there is none: it is said so", () => {
    shown({ available: false, marked: true });
    expect(screen.queryByRole("button")).toBeNull();
    expect(screen.getByText(/没有配置语音合成/)).toBeTruthy();
  });
});
