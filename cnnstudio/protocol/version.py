"""The protocol's version: both sides refuse another one."""

PROTOCOL = 1
