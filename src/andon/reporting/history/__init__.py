"""Contacts of the past: search, one contact's time line, its recording."""
