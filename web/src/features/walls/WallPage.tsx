import { useEffect, useState } from "react";
import { useFormat } from "@/shared/format";
import { speak, useT } from "@/shared/i18n";
import { type LiveStatus, webSocketTo } from "@/shared/live";
import { setServerTime, useNow } from "@/shared/time";
import { Canvas } from "./Canvas";
import { staleness } from "./stale";
import { texts } from "./texts";
import type { WallNews } from "./types";

interface Wall {
  news: WallNews | null;
  status: LiveStatus;
  /** False while the server says that the call core is away. */
  core: boolean;
  /** Server's instant at which anything was heard last. */
  heard: number;
  refused: boolean;
}

const NOTHING: Wall = { news: null, status: "connecting", core: true, heard: 0, refused: false };

/** A wallboard on the screen in the room: no log-in, one token, behind the # of the address. */
export default function WallPage() {
  const t = useT(texts);
  const token = useToken();
  const wall = useWall(token);
  const stale = useStale(wall);
  useEffect(() => {
    document.title = wall.news?.name ?? t("title");
  }, [wall.news?.name, t]);
  if (token === "" || wall.refused)
    return (
      <main className="wall-page">
        <div className="wall-said" role="alert">
          <h1>{t("refused.title")}</h1>
          <p>{t("refused.remedy")}</p>
        </div>
      </main>
    );
  return (
    <main className="wall-page" data-stale={stale !== null}>
      {wall.news ? (
        <Canvas
          layout={wall.news.layout}
          tiles={wall.news.tiles}
          zone={wall.news.zone}
          label={wall.news.name}
        />
      ) : (
        <div className="wall-said" role="status">
          <h1>{t("connecting")}</h1>
        </div>
      )}
      {stale === null ? null : (
        <p className="wall-stale" role="alert">
          {stale}
        </p>
      )}
      {document.fullscreenEnabled ? (
        <button
          type="button"
          className="wall-full"
          onClick={() => void document.documentElement.requestFullscreen().catch(() => undefined)}
        >
          {t("full")}
        </button>
      ) : null}
    </main>
  );
}

function useToken(): string {
  const [token, setToken] = useState(() => globalThis.location.hash.slice(1));
  useEffect(() => {
    const onHash = () => setToken(globalThis.location.hash.slice(1));
    globalThis.addEventListener("hashchange", onHash);
    return () => globalThis.removeEventListener("hashchange", onHash);
  }, []);
  return token;
}

/** What the socket tells of the board; it comes back by itself. */
function useWall(token: string): Wall {
  const [wall, setWall] = useState(NOTHING);
  useEffect(() => {
    setWall(NOTHING);
    if (token === "") return;
    const socket = webSocketTo("/api/wall", {
      onMessage: (message) => {
        const at = message.server_time as string;
        setServerTime(at);
        const heard = Date.parse(at);
        if (message.type === "wall") {
          const news = message as unknown as WallNews;
          void speak(news.locale);
          setWall((known) => ({ ...known, news, heard }));
        } else if (message.type === "beat")
          setWall((known) => ({ ...known, core: message.core === true, heard }));
      },
      onStatus: (status) => setWall((known) => ({ ...known, status })),
      onRefused: () => setWall((known) => ({ ...known, refused: true })),
    });
    socket.subscribe(`wall:${token}`);
    socket.start();
    const hurry = () => socket.hurry();
    globalThis.addEventListener("online", hurry);
    return () => {
      globalThis.removeEventListener("online", hurry);
      socket.stop();
    };
  }, [token]);
  return wall;
}

/** In words why what is shown may be old; null while it is fresh. */
function useStale({ news, status, core, heard }: Wall): string | null {
  const t = useT(texts);
  const f = useFormat();
  const now = useNow();
  if (!news) return null;
  const why = staleness({ status, core, heard, figuresAt: Date.parse(news.figures_at) }, now);
  if (why === null) return null;
  const at = why === "figures" ? news.figures_at : heard;
  return t(`stale.${why}`, why === "core" ? undefined : { time: f.clock(at, true) });
}
