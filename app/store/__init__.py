"""The database: connections, transactions, and the SQL that several features share."""
