"""Callers whom an agent parked: in a numbered slot with music, for any colleague to pick up."""
