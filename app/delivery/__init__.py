"""What machines do: claim, send, record, take receipts, and repair what was interrupted."""
