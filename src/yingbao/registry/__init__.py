"""Units, residents, households, covers, classes with evidence: who lives here and what is known of them, and since when."""
