"""Local offices' workbooks: rosters in, registers out. Every row of a file ends in a named outcome."""
