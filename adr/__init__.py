"""ADR Workbench: Adaptive Data Refinement (arXiv 2503.12821) for vision-language instruction data."""

__version__ = "0.2.0"
