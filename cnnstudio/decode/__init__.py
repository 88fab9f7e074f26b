"""Turns picture files and datasets into uint8 arrays; the only package that imports Pillow."""
