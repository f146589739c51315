"""The drawn demo world: things, backgrounds, scenes, and a LLaVA-style dataset made of them.

Knows nothing about workspaces or the database; it only draws pictures and writes files.
"""
