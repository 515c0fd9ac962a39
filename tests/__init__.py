"""The suite mirrors the packages it tests."""
