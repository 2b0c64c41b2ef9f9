"""What every rendering back end must satisfy, held against the analytic oracle.

A new back end joins by its name in `simgen.rendering.RENDERERS`; nothing here knows how any of them works.
"""
