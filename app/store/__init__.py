"""Every SQL statement, one function each: domain values in, domain values out."""
