import { lazy, Suspense, useEffect, useState } from "react";
import { useLive } from "@/shared/live";
import { followView, useSeat } from "./seat";

const PhoneBar = lazy(() => import("./PhoneBar"));

/** The phone bar, which comes with the first seat and then stays: it also tells why a seat was lost. */
export default function Companion() {
  const view = useLive((live) => live.agent);
  const seated = useSeat((seat) => seat.step === "in");
  const [came, setCame] = useState(seated);
  useEffect(() => {
    if (seated) setCame(true);
  }, [seated]);
  useEffect(() => {
    if (!came) followView(view);
  }, [view, came]);
  return came || seated ? (
    <Suspense fallback={<div className="bar-place" />}>
      <PhoneBar />
    </Suspense>
  ) : null;
}
