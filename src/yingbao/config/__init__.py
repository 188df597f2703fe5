"""Settings, addresses and processes of the web application."""
