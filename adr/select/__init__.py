"""The select stage: finds instances by a filter that a person writes as a sentence."""
