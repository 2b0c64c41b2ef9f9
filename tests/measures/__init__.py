"""What renderers are measured by: one function a quantity, for the tests that hold it and the bench that prints it.

A function takes whatever renders (`Render`) and returns the figure; what it should be stands beside it, and the
tolerance is the caller's.
"""
