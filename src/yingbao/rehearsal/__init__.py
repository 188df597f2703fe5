"""Rehearsal: sample populations and the workbooks departments would hand in. No real person is in them."""
