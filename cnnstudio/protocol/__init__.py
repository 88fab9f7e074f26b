"""What window, command line and engine say to each other, and how an engine is started."""
