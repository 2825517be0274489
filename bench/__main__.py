"""`make bench`: the measurements that need no data from outside."""

from .turns import main

if __name__ == "__main__":
    main()
