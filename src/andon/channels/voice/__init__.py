"""Voice fits the phone to the ports of `interactions`."""
