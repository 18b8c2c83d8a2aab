"""Rendering of prompts and voices: texts to phonemes, phonemes to sound, sound to telephone audio."""
