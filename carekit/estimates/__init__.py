"""A dataset → a tidy frame of estimates: the measures of the command line, one a file."""
