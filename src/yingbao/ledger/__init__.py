"""Double entry in fen: accounts, vouchers and their postings, appended and never changed. Knows accounts, not bills."""
