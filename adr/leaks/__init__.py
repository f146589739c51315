"""Benchmarks against the dataset: their pictures and questions that it, or a synthetic picture, has too → leak."""
