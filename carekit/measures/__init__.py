"""Tables of posts → small tables of integers."""
