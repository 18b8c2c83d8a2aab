"""Agents who call out: whom they may call, showing which number, and what is said when they may not."""
