"""Automation rules: saving them, running them, calling their webhooks."""
