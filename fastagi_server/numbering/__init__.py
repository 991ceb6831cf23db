"""Telephone numbers: text ⇄ meaning. phonenumbers is the authority, and lives here only."""
