"""A population file into the registry: read, checked row by row with the rules of a form, written in one transaction.

`source` reads, `checks` and `spans` judge, `prepare` makes a batch ready, `places` keeps what the whole file shares
(households, numbers used twice), `insert` writes, `wire` brings columns to PostgreSQL. None but `insert` knows a database.
"""
