"""What to ask a student's code, and how far its answers are from the accepted ones. No points and no tolerances here."""
