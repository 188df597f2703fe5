"""Money for bills: channels, orders, what came in, receipts, refunds, a clerk's day."""
