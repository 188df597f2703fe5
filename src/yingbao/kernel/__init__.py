"""What every room stands on: fen, rates, dates, ID numbers, names, region codes and refusals."""
