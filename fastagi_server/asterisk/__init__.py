"""Asterisk as we reach it: the AMI link, the FastAGI port, the translation into facts.

Twisted lives here.
"""
