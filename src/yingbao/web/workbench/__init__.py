"""The staff workbench: one page frame, one set of components, thin views."""
