"""Speech: where models come from. Engines that recognise and speak fit in here behind ports."""
