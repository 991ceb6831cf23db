"""What people see, a table per language; the tests keep the tables alike."""
