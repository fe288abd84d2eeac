-- Which visitors are one person. Newer versions win; read with FINAL.
--
-- sharding key: cityHash64(dataset_id, visitor_id)
CREATE TABLE IF NOT EXISTS identity
(
    dataset_id UInt32,
    visitor_id UInt64,
    person_id  UInt64,
    version    UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (dataset_id, visitor_id)
SETTINGS
    non_replicated_deduplication_window = 1000,
    fsync_after_insert = 1, fsync_part_directory = 1;
