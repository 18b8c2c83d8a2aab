"""What is said in recordings, written down by a recogniser after the call."""
