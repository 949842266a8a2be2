"""Use cases for machines: claim, send and record; receipts; sweeping up."""
