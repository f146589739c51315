"""Two Ray nodes of one core each on this machine, as a cluster has them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def two_nodes() -> Iterator[tuple[Any, Any]]:
    """(cluster, its second node); this process is connected to it meanwhile."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    # A busy machine would leave nothing to processes of priority 15.
    os.environ["RAY_worker_niceness"] = "0"  # noqa: SIM112
    import ray
    from ray.cluster_utils import Cluster

    size = {"num_cpus": 1, "object_store_memory": 100_000_000}
    cluster = Cluster(initialize_head=True, head_node_args={**size, "include_dashboard": False})
    try:
        second = cluster.add_node(**size)
        ray.init(address=cluster.address, log_to_driver=False, logging_level="ERROR")
        yield cluster, second
    finally:
        ray.shutdown()
        cluster.shutdown()
