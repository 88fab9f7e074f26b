"""Pictures of a network for papers and slides: SVG, PDF and PNG."""
