"""Tests, one folder for each folder they test; `make test` runs all of them."""
