"""Figures of a day: per queue, per project, of the whole centre, of one agent."""
