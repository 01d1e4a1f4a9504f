"""A stand-in for Asana: its REST API 1.0, a board that pages can show, and the hands of a project's people.

It follows the vendor's OpenAPI description (github.com/Asana/openapi) and developers.asana.com, and refuses what they
refuse. It offers only what setting up and following one project needs; `coverage.toml` says what that is.
"""
