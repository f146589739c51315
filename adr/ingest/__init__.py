"""The ingest stage: source files → source, instance, rejected and annotation."""
