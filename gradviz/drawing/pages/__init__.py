"""A drawing of any size by the page: held small, found in, and changed page by page."""
