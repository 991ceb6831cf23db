"""Who may be called: the gate answers Yes, or No with a reason that is kept. Pure, and it fails closed."""
