"""The reservoir: a second set of real rows, beside the dataset. Stands above the stages, as pipeline does."""
