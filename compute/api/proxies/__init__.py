"""Views over the neighbours, which Nova showed until they had APIs of their own."""
