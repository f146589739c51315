"""The map of the dataset: every instance a point, near others that are alike."""
