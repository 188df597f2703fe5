"""The channels' API: `/gateway/v1/`. One door (`door`) for all calls, guards before it, one operation each behind it."""
