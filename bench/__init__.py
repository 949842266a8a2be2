"""Measurements, run by `make bench`. Everything on loopback, bounded in count and time."""
