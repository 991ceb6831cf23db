"""Which of our numbers a call shows: least used first, never over its cap. Pure: no store, no clock."""
