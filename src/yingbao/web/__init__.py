"""Pages: workbench for staff."""
