"""The result of a search as a file: asked for, approved where the rule wants it, made by the worker."""
