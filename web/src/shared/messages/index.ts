import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, take } from "@/shared/api";

/** What supervisors tell agents. Keys begin with "messages": a live message of that kind refreshes them all. */

export interface Message {
  id: string;
  from_name: string;
  to_id: string;
  to_name: string;
  text: string;
  sent_at: string;
  /** The moment of a recording that it is about. */
  contact_id: string | null;
  at_ms: number | null;
  read_at: string | null;
  answer: string;
  answered_at: string | null;
}

export interface MessagePage {
  items: Message[];
  next: string | null;
}

export const unreadQuery = queryOptions({
  queryKey: ["messages", "unread"],
  queryFn: async () => (await take(api.GET("/api/messages/unread"))) as { count: number },
  refetchInterval: 60_000,
});

export const messagesQuery = (box: "in" | "out", notes?: boolean) =>
  infiniteQueryOptions({
    queryKey: ["messages", box, notes ?? null],
    initialPageParam: null as string | null,
    queryFn: async ({ pageParam }) =>
      (await take(
        api.GET("/api/messages", {
          params: {
            query: {
              box,
              ...(notes === undefined ? {} : { notes }),
              ...(pageParam ? { cursor: pageParam } : {}),
            },
          },
        }),
      )) as MessagePage,
    getNextPageParam: (page) => page.next,
  });

export const notesQuery = (contactId: string) =>
  queryOptions({
    queryKey: ["messages", "notes", contactId],
    queryFn: async () =>
      (await take(
        api.GET("/api/contacts/{contact_id}/notes", { params: { path: { contact_id: contactId } } }),
      )) as MessagePage,
  });
