"""Files people keep: the project file and the run folder, written so that nothing is lost."""
