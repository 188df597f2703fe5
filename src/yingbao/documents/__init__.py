"""Paper: receipts and day-close sheets as PDF (typst), QR squares. What comes in is plain data of this room, never a model."""
