"""Answers turned into plain data for pages: typed, without a request and without markup."""
