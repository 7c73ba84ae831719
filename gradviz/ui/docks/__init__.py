"""The panels that a person may move or close: tables, output, costs, inspector, lessons."""
