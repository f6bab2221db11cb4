"""Detection: pure functions from counts to crossings. Standard library only."""
