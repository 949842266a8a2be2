#!/bin/sh
# restore.sh FILE: a back-up into a new, empty database, whose owner is mass_reply_owner. No API or worker may run.
#
# RESTORE_URL is a superuser's address of that database; MASS_REPLY_OWNER_URL and MASS_REPLY_DATABASE_URL are as for `migrate`.
set -eu
if [ "$(psql --no-psqlrc --tuples-only --no-align --command \
  "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'" "$RESTORE_URL")" != 0 ]; then
  echo "This database is not empty: nothing was restored." >&2
  exit 1
fi
# Roles belong to the cluster and are in no dump; `migrate` makes those that are missing, and the grants.
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 "$RESTORE_URL" <<'SQL'
SELECT 'CREATE ROLE mass_reply_sweeper NOLOGIN'
WHERE NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'mass_reply_sweeper') \gexec
SQL
pg_restore --no-privileges --exit-on-error --single-transaction --dbname "$RESTORE_URL" "$1"
mass-reply migrate
# The back-up does not know what was sent after it was made: nothing of it may leave by itself.
mass-reply restored
