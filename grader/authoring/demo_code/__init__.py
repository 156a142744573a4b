"""What the demo's imaginary teams wrote: function bodies for Part 1 as plain text, which nothing in here runs."""
