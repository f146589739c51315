"""The proof: does refinement help? Arms, trials and intervals. Stands above the stages, as `adr/pipeline.py` does."""
