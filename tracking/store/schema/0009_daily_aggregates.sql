-- What long questions found in each day, as states of aggregate functions that any days' can be merged with: a question
-- over a year reads 365 of these and the events of today. Made when a question comes again, and left to vanish.
--
-- sharding key: cityHash64(dataset_id, question)
CREATE TABLE IF NOT EXISTS daily_aggregates
(
    dataset_id UInt32,
    -- Which question: a hash of the statement that makes its states, without the days.
    question   UInt64,
    -- The first second of the day, in the zone of the question.
    day        UInt32,
    -- When the engine began to read the day's rows.
    made_at    DateTime64(3, 'UTC'),
    -- One for each group: its keys, its states as the engine writes them.
    groups     Array(Array(String)) CODEC(ZSTD(1)),
    -- Nothing makes them smaller.
    states     Array(Array(String)) CODEC(NONE),
    bytes      UInt64 DEFAULT arraySum(x -> length(x), arrayFlatten(states))
)
ENGINE = ReplacingMergeTree(made_at)
ORDER BY (dataset_id, question, day)
TTL toDateTime(made_at) + INTERVAL 14 DAY
SETTINGS
    non_replicated_deduplication_window = 0,
    -- Needed by lightweight deletes as patches.
    enable_block_number_column = 1, enable_block_offset_column = 1;

-- Days (UTC, counted from 1970) of which a row came, changed or went when they were over for long: what was made of them
-- before is not true any more. Day 0 stands for all days.
--
-- sharding key: cityHash64(dataset_id)
CREATE TABLE IF NOT EXISTS changed_days
(
    dataset_id UInt32,
    day        UInt16,
    changed_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(changed_at)
ORDER BY (dataset_id, day)
SETTINGS
    non_replicated_deduplication_window = 10000,
    fsync_after_insert = 1, fsync_part_directory = 1,
    -- Needed by lightweight deletes as patches.
    enable_block_number_column = 1, enable_block_offset_column = 1;
