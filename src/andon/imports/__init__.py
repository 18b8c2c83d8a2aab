"""Spreadsheets of people, numbers and reasons: tried without a change, then taken over whole or not."""
