"""Text messages to callers, sent through a gateway of the operator's."""
