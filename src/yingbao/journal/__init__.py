"""Who did what to which thing, when and on what grounds; versions of every row; runs of long work."""
