#!/bin/sh
# backup.sh FILE: everything that PostgreSQL holds, as one file. It runs beside a working service.
#
# BACKUP_URL is a superuser's address, or that of a role with BYPASSRLS that may read all tables: row-level security holds for
# the owner too, so the owner's dump would fail. Attachments are not in it: copy MASS_REPLY_ATTACHMENTS_URL by its own means,
# after this. Keep MASS_REPLY_SECRET_KEY somewhere else: without it the credentials in the file cannot be read.
set -eu
umask 077
pg_dump --format custom --file "$1.part" "$BACKUP_URL"
pg_restore --list "$1.part" > /dev/null
mv "$1.part" "$1"
