-- One row a visit; the newest version wins. The writer sends the whole state of a visit each time it grows, so a replay
-- is harmless: no sums to correct and no old row to take back. Read with FINAL (the key implies the partition, so parts
-- of different months never need merging with each other).
--
-- sharding key: cityHash64(dataset_id, visitor_id)
CREATE TABLE IF NOT EXISTS sessions
(
    dataset_id      UInt32,
    -- Codecs as for `events`: what every query reads is LZ4, with T64 or Delta where that shrinks it.
    session_id      UInt64 CODEC(Delta(8), LZ4),
    -- Grows with every state of the visit.
    version         UInt32,
    visitor_id      UInt64,
    person_id       UInt64 CODEC(ZSTD(1)),
    user_id         String CODEC(ZSTD(1)),
    start           DateTime64(3, 'UTC') CODEC(T64, LZ4),
    stop            DateTime64(3, 'UTC') CODEC(T64, LZ4),
    pageviews       UInt32 CODEC(T64, LZ4),
    events          UInt32 CODEC(T64, LZ4),
    engaged_ms      UInt32 CODEC(T64, LZ4),
    bounce          UInt8,
    value           Float64 CODEC(ZSTD(1)),
    host            LowCardinality(String),
    entry_page      String,
    exit_page       String,
    referrer        String CODEC(ZSTD(1)),
    source          LowCardinality(String),
    channel         LowCardinality(String),
    utm_source      LowCardinality(String),
    utm_medium      LowCardinality(String),
    utm_campaign    String CODEC(ZSTD(1)),
    utm_term        String CODEC(ZSTD(1)),
    utm_content     String CODEC(ZSTD(1)),
    country         LowCardinality(String),
    region          LowCardinality(String),
    city            LowCardinality(String),
    browser         LowCardinality(String),
    browser_version LowCardinality(String),
    os              LowCardinality(String),
    os_version      LowCardinality(String),
    device          LowCardinality(String),
    screen          LowCardinality(String),
    language        LowCardinality(String),
    bot             LowCardinality(String),

    INDEX ix_visitor visitor_id TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version)
-- The visit's start is in the upper half of its id, so all versions of a visit share a partition.
PARTITION BY toYYYYMM(toDateTime(bitShiftRight(session_id, 32), 'UTC'))
-- session_id sorts by start: a period is a range of it (session_id >= start << 32).
ORDER BY (dataset_id, session_id)
SETTINGS
    non_replicated_deduplication_window = 10000,
    fsync_after_insert = 1, fsync_part_directory = 1,
    enable_block_number_column = 1, enable_block_offset_column = 1;
