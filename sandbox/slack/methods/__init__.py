"""The Web API methods, one module a family. Each module has a METHODS table from name to function."""
