#!/bin/sh
# Run once by the postgres image, when the data folder is empty: the owner of the schema is no superuser.
set -eu
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --set password="$OWNER_PASSWORD" <<'SQL'
CREATE ROLE mass_reply_owner LOGIN CREATEROLE PASSWORD :'password';
CREATE DATABASE mass_reply OWNER mass_reply_owner;
SQL
