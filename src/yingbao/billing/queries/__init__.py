"""Reading bills and registers within one's region."""
