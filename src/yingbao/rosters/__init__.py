"""Lists received from departments, towns, schools and police: read, matched, compared, decided, applied."""
