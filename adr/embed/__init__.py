"""What can be known of the source by comparing its rows with one another: copies, as clusters."""
