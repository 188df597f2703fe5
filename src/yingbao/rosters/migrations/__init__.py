"""Migrations of rosters."""
