"""What a person is asked about the run before it is shown: by a quiz, and by a lesson."""
