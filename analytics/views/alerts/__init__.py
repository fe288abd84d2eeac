"""The pages of alerts: the list with what is open, one alert with its history, the builder, and the channels."""
