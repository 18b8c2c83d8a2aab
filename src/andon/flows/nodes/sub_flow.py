"""Sub-flow and return: a part of a flow that others use as well."""

from typing import ClassVar
from uuid import UUID

from andon.flows.nodes.base import BaseNode, FlowId
from andon.flows.walk import Walk


class SubFlow(BaseNode, frozen=True, kw_only=True, tag="sub_flow"):
    """Goes through another flow of the project, in the version that was the newest when the call began, and
    on through `next` when that comes to `return`. Variables of the same name are the same in both."""

    flow_id: FlowId

    def flow_ids(self) -> tuple[UUID, ...]:
        return (self.flow_id,)

    def enter(self, walk: Walk) -> None:
        walk.call(self.flow_id)


class Return(BaseNode, frozen=True, kw_only=True, tag="return"):
    """The end of a sub-flow: the caller goes on where it was called. In a flow to which an agent sent the
    caller, and waits, it gives them back; in any other it hangs up, like `hangup`."""

    needed: ClassVar[tuple[str, ...]] = ()
    waits: ClassVar[bool] = False

    def enter(self, walk: Walk) -> None:
        walk.end_sub_flow()
