"""Clock, ids, settings, database, journal, bus, jobs, errors, texts, telemetry. Knows nothing of calls."""
