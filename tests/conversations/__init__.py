"""Talks with the running system, told from the visitor's side: CONTRIBUTING says how to add one."""
