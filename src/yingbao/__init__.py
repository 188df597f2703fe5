"""应保: resident medical insurance, from the notice to the register."""

__version__ = "0.1.0"
