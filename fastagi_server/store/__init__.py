"""The store: what must outlive the program, and the only room that speaks SQL.

Functions of a connection, run by one writer thread or a short read; rows never leave this room.
"""
