"""The prompt library: what a project's callers hear, in versions, by language."""
