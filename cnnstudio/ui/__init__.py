"""Everything with a widget; one folder per workspace, plus what they share."""
