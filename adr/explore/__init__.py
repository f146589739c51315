"""The explore stage: reads what the others wrote, for people to look at; writes nothing."""
