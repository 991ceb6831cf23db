"""The templates of the lab's carrier; data, no code."""
