"""Live curves: numbers reduced to what a screen can show, drawn by pyqtgraph."""
