"""Campaigns: a list read and judged, and when a contact is tried again. Pure."""
