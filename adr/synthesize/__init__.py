"""Fills the tail: plan → worker → collect, and what each picture and conversation is judged by."""
