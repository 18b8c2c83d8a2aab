"""Wallboards: what hangs in the room, designed by an administrator, shown by a link of its own."""
