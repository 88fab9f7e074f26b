"""Scanning: files found, checked and decoded once, by processes of their own."""
