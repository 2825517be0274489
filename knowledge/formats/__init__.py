"""One file per kind of file; each is imported only inside the child process that reads such a file."""
