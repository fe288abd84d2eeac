-- Who is on a frozen list of people (analytics.cohorts). Conditions look up `person_id IN` one list, which the key finds.
-- The same person twice is harmless: it is read as a set.
--
-- sharding key: cityHash64(dataset_id, list_id)
CREATE TABLE IF NOT EXISTS cohort_members
(
    dataset_id UInt32,
    list_id    UInt64,
    person_id  UInt64
)
ENGINE = MergeTree
ORDER BY (dataset_id, list_id, person_id)
SETTINGS
    non_replicated_deduplication_window = 1000,
    fsync_after_insert = 1, fsync_part_directory = 1,
    -- Needed by lightweight deletes as patches.
    enable_block_number_column = 1, enable_block_offset_column = 1;
