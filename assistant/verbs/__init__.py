"""What each verb of the `turntable` command does; loaded only when that verb is used."""
