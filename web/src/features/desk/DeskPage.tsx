import { lazy, Suspense } from "react";
import { useLive } from "@/shared/live";
import { Pending } from "@/shared/ui";
import { SignIn } from "./SignIn";
import { useSeat } from "./seat";
import "./desk.css";

/** Comes with the seat: whoever signs in waits for the device test anyway. */
const Columns = lazy(() => import("./Columns"));

/** The agent's desk. */
export default function DeskPage() {
  const seated = useSeat((seat) => seat.step === "in");
  const view = useLive((live) => live.agent);
  if (!seated || !view) return <SignIn />;
  return (
    <Suspense fallback={<Pending />}>
      <Columns />
    </Suspense>
  );
}
