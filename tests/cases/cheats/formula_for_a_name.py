"""The name of the team would be a formula in a spreadsheet."""
