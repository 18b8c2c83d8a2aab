import { Component, type ReactNode } from "react";
import { ownProblem } from "@/shared/api";
import { ProblemView } from "./ProblemView";

interface Props {
  children: ReactNode;
}

/** Keeps the failure of one part from taking the page, and the call on it, with it. */
export class ErrorBoundary extends Component<Props, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    return (
      <div style={{ padding: 16 }}>
        <ProblemView problem={ownProblem("crash")} onRetry={() => this.setState({ failed: false })} />
      </div>
    );
  }
}
