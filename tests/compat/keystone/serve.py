"""Serve Keystone's own WSGI application: serve.py PORT.  Runs in Keystone's environment."""

import sys

from keystone.server.wsgi import initialize_public_application
from werkzeug.serving import run_simple

if __name__ == "__main__":
    sys.argv, port = sys.argv[:1], int(sys.argv[1])
    run_simple("127.0.0.1", port, initialize_public_application(), threaded=True)
