#!/bin/sh
# For the PostgreSQL image: makes the users and the database at its first start.
set -eu
psql -v ON_ERROR_STOP=1 --username postgres -v password="$DATABASE_PASSWORD" -v rasa_password="$TRACKERS_PASSWORD" \
  -f /etc/hairline/database.sql
