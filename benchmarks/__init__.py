"""How much processor time grading costs beyond the students' own computing, beside other graders."""
