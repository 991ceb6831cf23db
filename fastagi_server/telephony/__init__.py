"""The ground: the words everybody uses. It knows no wire, no store and no clock."""
