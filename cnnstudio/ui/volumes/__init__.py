"""The network as volumes: boxes in proportion to rows × columns × channels."""
