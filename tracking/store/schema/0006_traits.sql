-- What is so of a person: plan, language, first seen where. One row for each person and trait; the newest word counts.
-- A row for each trait and not one for each person, so that nobody has to read what was before in order to write, and
-- the order of arrival does not matter: tracking.rows gives each word its rank.
--
-- sharding key: cityHash64(dataset_id, person_id)
CREATE TABLE IF NOT EXISTS traits
(
    dataset_id UInt32,
    name       LowCardinality(String),
    person_id  UInt64,
    -- Empty: taken back.
    value      String CODEC(ZSTD(1)),
    version    UInt64,

    -- Everything about one person. Segments ask by name, which the key serves.
    INDEX ix_person person_id TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (dataset_id, name, person_id)
SETTINGS
    non_replicated_deduplication_window = 10000,
    fsync_after_insert = 1, fsync_part_directory = 1,
    -- Needed by lightweight updates and deletes as patches.
    enable_block_number_column = 1, enable_block_offset_column = 1;
