import { api, type MonitorMode, take } from "@/shared/api";
import { OwnLine } from "@/softphone/line";
import type { Credentials } from "@/softphone/machine";

/** The supervisor's own telephone. */
const line = new OwnLine(async () => {
  const { sip } = await take(api.POST("/api/supervise/device", { body: { device: "browser" } }));
  return sip as Credentials;
}, "monitor.no_device");

export const useLine = line.store;

export const monitor = (agent_id: string, mode: Exclude<MonitorMode, "pull">) =>
  line.run(() =>
    take(
      api.POST("/api/supervise/agents/{agent_id}/monitor", {
        params: { path: { agent_id } },
        body: { mode },
      }),
    ),
  );

export const pull = (contact_id: string) =>
  line.run(() =>
    take(api.POST("/api/supervise/contacts/{contact_id}/pull", { params: { path: { contact_id } } })),
  );

export const follow = (agent_id: string, calls: number) =>
  line.run(() =>
    take(
      api.POST("/api/supervise/agents/{agent_id}/follow", {
        params: { path: { agent_id } },
        body: { calls },
      }),
    ),
  );

export const unfollow = (agent_id: string) =>
  take(api.POST("/api/supervise/agents/{agent_id}/unfollow", { params: { path: { agent_id } } }));

/** Has the telephone there before the next call begins: the page was only loaded again. */
export const wake = () => line.wake();

export const end = () => take(api.POST("/api/supervise/end", {}));
