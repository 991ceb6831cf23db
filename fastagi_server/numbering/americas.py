"""Which calling codes are of the Americas, and which files tell of them; other continents are not read."""

from __future__ import annotations

# 1 is North America and much of the Caribbean; 299 is Greenland, which is on this side of the Atlantic.
CALLING_CODES = (
    "1", "51", "52", "53", "54", "55", "56", "57", "58", "297", "299",
    "500", "501", "502", "503", "504", "505", "506", "507", "508", "509",
    "590", "591", "592", "593", "594", "595", "596", "597", "598", "599",
)  # fmt: skip
MAX_CODE_DIGITS = 3
TABLE_FILE, ZONES_FILE = "americas.json", "zones.json"  # beside this file, made by make_table
