"""What the maps of a dataset show: an instance lies near others whose pictures, or whose conversations, a model finds
alike. Knows no query."""

PICTURES, CONVERSATIONS = "pictures", "conversations"
MAPS = (PICTURES, CONVERSATIONS)
