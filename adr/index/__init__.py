"""The index stage: turns and annotations → entities and postings of the perspectives."""
