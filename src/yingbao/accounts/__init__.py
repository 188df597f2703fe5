"""Staff, their posts (role and region), second factor, sign-in rules, and the scope of what they may see."""
