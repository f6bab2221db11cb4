"""Alerts 预警: what is unusual, what becomes of it, and who is told. Detection and life cycle are pure."""
