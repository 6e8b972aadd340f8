"""What a guest is told of itself: two trees of documents, for the service and on config drives."""
