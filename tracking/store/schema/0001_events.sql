-- Every accepted event, once. Immutable and wide: dimensions of the visit are copied onto each event, so that a
-- breakdown needs no join. About 45 bytes an event on disk.
--
-- sharding key: cityHash64(dataset_id, visitor_id)
--   A visitor's events stay on one shard: visits, funnels and retention are computed where the rows lie.
CREATE TABLE IF NOT EXISTS events
(
    -- One environment of one workspace. First in the key: it is the tenant wall and the first thing pruned.
    dataset_id      UInt32,
    -- T64 before LZ4: half the time of Delta before ZSTD to read, and no larger. What every query reads is plain LZ4.
    ts              DateTime64(3, 'UTC') CODEC(T64, LZ4),
    type            LowCardinality(String),
    name            LowCardinality(String),
    visitor_id      UInt64,
    -- (start in seconds << 32) | low 32 bits of visitor_id: sorts by time, and a replay gives the same id.
    session_id      UInt64,
    person_id       UInt64 CODEC(ZSTD(1)),
    user_id         String CODEC(ZSTD(1)),
    event_id        UUID,
    received_at     DateTime64(3, 'UTC') CODEC(T64, LZ4),
    host            LowCardinality(String),
    -- Plain strings at first; 0004_dictionaries.sql makes dictionaries of them.
    path            String,
    title           String CODEC(ZSTD(1)),
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
    value           Float64 CODEC(ZSTD(1)),
    currency        LowCardinality(String),
    engaged_ms      UInt32 CODEC(ZSTD(1)),
    scroll          UInt8 CODEC(ZSTD(1)),
    props           Map(LowCardinality(String), String) CODEC(ZSTD(1)),

    -- One visitor's timeline reads a fifth of what it would without this (0.4 bytes an event).
    INDEX ix_visitor  visitor_id  TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX ix_user     user_id     TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX ix_session  session_id  TYPE minmax GRANULARITY 1,
    -- "Is this event_id stored already?": asked for a few hundred ids at once, over the whole retention.
    INDEX ix_event    event_id    TYPE bloom_filter(0.001) GRANULARITY 1,
    -- Rebuilding the writer's duplicate filter reads what was received lately, whatever its ts.
    INDEX ix_received received_at TYPE minmax GRANULARITY 1
)
ENGINE = MergeTree
-- A month is what is dropped and backed up at once. The writer splits its blocks by month: one token, one part.
PARTITION BY toYYYYMM(ts)
-- ts itself must stay out of the PRIMARY KEY: beside toDate(ts) it takes the range condition to itself and no day is
-- pruned any more (1.6 times the rows, four times the live query).
PRIMARY KEY (dataset_id, toDate(ts), type, name, visitor_id)
ORDER BY (dataset_id, toDate(ts), type, name, visitor_id, ts)
SAMPLE BY visitor_id
SETTINGS
    -- Reading one property touches a sixteenth of the map. The thresholds' defaults would leave a single bucket.
    map_serialization_version = 'with_buckets', map_buckets_strategy = 'constant', max_buckets_in_map = 16,
    map_buckets_min_avg_size = 0,
    -- Tokens remembered: a batch retried after 10,000 others is stored once all the same.
    non_replicated_deduplication_window = 10000,
    -- An insert that was answered is on the disk.
    fsync_after_insert = 1, fsync_part_directory = 1,
    -- Needed by lightweight deletes as patches: a person is gone in 40 ms.
    enable_block_number_column = 1, enable_block_offset_column = 1;
