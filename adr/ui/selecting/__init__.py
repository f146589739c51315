"""What can be done with selected instances, as buttons of the bar that `adr.ui.parts.selection` draws."""
