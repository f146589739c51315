"""Where a model fails, by how rare what is asked is in training: benchmark logs joined to the counts of an index."""
