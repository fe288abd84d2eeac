-- Which erasures this store has been through: a backup made before one of them does not have its rows, and so whoever
-- restores it is found out, and it is gone through again. `sealed` says of whom, for this installation alone.
--
-- sharding key: cityHash64(dataset_id, erasure_id)
CREATE TABLE IF NOT EXISTS erasures
(
    dataset_id     UInt32,
    erasure_id     UUID,
    organization   UUID,
    workspace      UUID,
    workspace_name String,
    subject        LowCardinality(String),
    sealed         String,
    asked_at       DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree
ORDER BY (dataset_id, erasure_id)
SETTINGS
    non_replicated_deduplication_window = 10000,
    fsync_after_insert = 1, fsync_part_directory = 1,
    -- Needed by lightweight updates and deletes as patches.
    enable_block_number_column = 1, enable_block_offset_column = 1;
