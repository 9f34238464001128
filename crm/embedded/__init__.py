"""A PostgreSQL of the project's own, for development and tests, from the binaries that a wheel carries.

Only the standard library, so that dev.py can use it before anything is installed. It listens on a Unix socket in a
folder that only its owner may enter, never on TCP. A server belongs to the commands that use it: the last one out
stops it, and a command that was killed is no user any more, because the kernel frees its lock.
"""

from crm.embedded.cluster import Cluster
from crm.embedded.files import EmbeddedError, locked, open_private
from crm.embedded.places import Place, cluster_for, place_for, throw_away

__all__ = ["Cluster", "EmbeddedError", "Place", "cluster_for", "locked", "open_private", "place_for", "throw_away"]
