"""The media engine: legs, bridges, devices, recordings. Knows no queue and no agent's state."""
