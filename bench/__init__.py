"""Benchmarks: what a request, a server and a start cost.  `make bench`"""
