-- Events that do not fit their schema, whole, for 30 days (a task deletes them): to be repaired and counted, or thrown
-- away. The newest version of an event tells what became of it; those after the first carry nothing of what it said.
--
-- sharding key: cityHash64(dataset_id, event_id)
CREATE TABLE IF NOT EXISTS quarantine
(
    dataset_id  UInt32,
    event_id    UUID,
    schema_name LowCardinality(String),
    event       LowCardinality(String),
    -- "type:price": code and property; and a sentence for each.
    causes      Array(LowCardinality(String)),
    details     Array(String) CODEC(ZSTD(1)),
    visitor_id  UInt64,
    user_id     String CODEC(ZSTD(1)),
    ts          DateTime64(3, 'UTC'),
    received_at DateTime64(3, 'UTC'),
    -- The envelope with this one event, as JSON.
    envelope    String CODEC(ZSTD(3)),
    state       LowCardinality(String),
    version     UInt64
)
ENGINE = ReplacingMergeTree(version)
-- By the id alone, so that an event sent again finds itself, whatever it is called now.
ORDER BY (dataset_id, event_id)
SETTINGS
    non_replicated_deduplication_window = 10000,
    fsync_after_insert = 1, fsync_part_directory = 1,
    -- Needed by lightweight updates and deletes as patches.
    enable_block_number_column = 1, enable_block_offset_column = 1;
