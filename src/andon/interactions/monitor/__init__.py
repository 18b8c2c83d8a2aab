"""Supervisors: at agents' calls, choosing agents' states, ordering those who wait."""
