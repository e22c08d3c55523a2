"""Measurements against floors taken in the same run; `make bench` runs them all."""
