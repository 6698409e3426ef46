"""The staff desk: pages for the clinic's people, behind a login."""
