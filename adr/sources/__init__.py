"""What files look like from outside: their layout, their records, conversations, image paths and object annotations."""
