"""The embedded Image, Network and Volume beside real ones: run.sh SERVICE."""
