"""The code beside the notebooks: layers written by hand (Part 1) and what is given ready-made."""
