"""The neighbours as compute sees them: one client for each service, over either transport.

A client speaks the neighbour's own REST API.  Embedded, the call goes straight to the neighbour's
views in this process; with a URL in settings it goes over HTTP to a real one.
"""
