"""Calls between agents, without a customer: whom one may call, and what the journal says of it."""
