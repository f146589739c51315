"""A dataset in shards: the stages of one machine done shard by shard, on one machine or on a cluster, with the same
result (docs/cluster.md). Each stage reads files and writes files; nothing else passes between tasks."""
