"""Every deadline of an organisation in one list: gathered from all nouns, shown, and fed to calendars."""
