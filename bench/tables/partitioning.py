"""What a table is partitioned by here, the same for all."""

COLUMN = "order_day"
# What a file should have; 0.4 to 2 times as much is in range.
FILE_BYTES = 32 * 1024 * 1024
