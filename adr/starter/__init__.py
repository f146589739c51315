"""Trains the starter models on the demo world: a small CLIP and a small latent diffusion pipeline.

`python -m adr.starter --help` lists the stages; `docs/starter-models.md` says what was trained with them and how
good it is. The models only know drawn things; the code that loads them is the code that loads full-size ones.
"""
