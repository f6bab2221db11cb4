"""Notifiers: what a person is sent, and the channels that send it. Only channels do I/O."""
