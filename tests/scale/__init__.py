"""Several processes of each kind, with engines of their own that a test may kill."""
