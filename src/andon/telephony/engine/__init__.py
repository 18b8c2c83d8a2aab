"""The engine itself: Asterisk found or installed, configured from settings, started and stopped."""
