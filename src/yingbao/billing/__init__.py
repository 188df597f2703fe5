"""What each resident owes and why, line by line; the pre-collection register (预征清册) issued from it."""
