"""What the editor paints of the program beside its text: colours, numbers of lines, problems."""
